"""Two requests on one connection: does the first one's task delay the second one's answer?"""

import threading

import httpx2
from serving import serving
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from minitasks import BackgroundTask

answered = threading.Event()
seen: list[bool] = []


def in_a_thread() -> None:
    seen.append(answered.wait(10))


async def on_the_loop() -> None:
    seen.append(answered.wait(1))


async def order(request: Request) -> Response:
    func = in_a_thread if request.path_params["kind"] == "sync" else on_the_loop
    return PlainTextResponse("ordered", background=BackgroundTask(func))


async def connection(request: Request) -> Response:
    assert request.client is not None
    return PlainTextResponse(str(request.client.port))


async def pass_on(request: Request, call_next: RequestResponseEndpoint) -> Response:
    return await call_next(request)


routes = [Route("/connection", connection), Route("/order/{kind}", order)]
plain = Starlette(routes=routes)
behind_middleware = Starlette(
    routes=routes, middleware=[Middleware(BaseHTTPMiddleware, dispatch=pass_on)]
)


def ask_twice(client: httpx2.Client, kind: str) -> bool:
    """Leave a task behind, ask again; tell whether the connection was the same."""
    port_before = client.get("/connection").text
    client.get(f"/order/{kind}")
    port_after = client.get("/connection").text
    answered.set()
    return port_before == port_after


def main() -> None:
    for kind, app in (
        ("sync", plain),
        ("sync", behind_middleware),
        ("blocking", plain),
    ):
        seen.clear()
        answered.clear()
        # To leave the block is to wait until the task is done.
        with serving(app) as client:
            same = ask_twice(client, kind)
        order = "while the task ran" if seen == [True] else "after the task"
        print(f"same connection: {same}, second request answered {order}")


if __name__ == "__main__":
    main()
