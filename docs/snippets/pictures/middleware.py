"""A middleware round an endpoint that leaves a task behind: how long does its call take?"""

import anyio
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send


class Timed:
    """A middleware in plain ASGI."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)


async def send_email() -> None:
    await anyio.sleep(0.05)


async def order(request: Request) -> Response:
    return PlainTextResponse("ordered", background=BackgroundTask(send_email))


app = Starlette(
    routes=[Route("/order", order, methods=["POST"])], middleware=[Middleware(Timed)]
)
