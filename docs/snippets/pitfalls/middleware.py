"""What does a middleware see of the tasks that run inside it?"""

import threading
from collections.abc import Awaitable, Callable

import anyio
from serving import serving
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from minitasks import BackgroundTask, run_in_threadpool

happened: list[str] = []


hung_up = threading.Event()


async def send_email() -> None:
    happened.append("task begun")
    await run_in_threadpool(hung_up.wait)
    # Long enough for the server to notice that the client is gone.
    await anyio.sleep(0.2)
    happened.append("task done")


async def order(request: Request) -> Response:
    return PlainTextResponse("ordered", background=BackgroundTask(send_email))


class Timed:
    """A middleware in plain ASGI: it notes when the application's call is over."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def noting(message: Message) -> None:
            if message["type"] == "http.response.body" and not message.get("more_body"):
                happened.append("response sent")
            await send(message)

        await self.app(scope, receive, noting)
        if scope["type"] == "http":
            happened.append("call over")


class TimedOtherwise(BaseHTTPMiddleware):
    """The same with Starlette's base class."""

    async def dispatch(
        self, request: Request, call_next: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        response = await call_next(request)
        happened.append("call_next over")
        return response


def main() -> None:
    for middleware in (
        [Middleware(Timed)],
        [Middleware(Timed), Middleware(TimedOtherwise)],
    ):
        happened.clear()
        hung_up.clear()
        app = Starlette(routes=[Route("/", order)], middleware=middleware)
        with serving(app) as client:
            client.get("/")
            client.close()
            hung_up.set()
        print(", ".join(happened))


if __name__ == "__main__":
    main()
