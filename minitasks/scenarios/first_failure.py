"""A task that raises ends the run; those behind never start.

Look for:
- The answer, 201, is sent before any task is called: the client never hears of the failure.
- `save_thumbnail` runs to its end; `register_to_blockchain` raises.
- `send_confirmation_email` is never called.
- The exception travels up through the task list to the server, which can only log it.
"""

import time

import anyio
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from minitasks.scenarios.library import Library
from minitasks.scenarios.server import Client, serving


async def register_product(request: Request) -> JSONResponse:
    tasks = request.app.state.library.BackgroundTasks()
    tasks.add_task(save_thumbnail, "book")
    tasks.add_task(register_to_blockchain, "book")
    tasks.add_task(send_confirmation_email, "book")
    return JSONResponse({"registered": "book"}, status_code=201, background=tasks)


app = Starlette(routes=[Route("/products", register_product, methods=["POST"])])


def save_thumbnail(product: str) -> None:
    time.sleep(0.05)


async def register_to_blockchain(product: str) -> None:
    await anyio.sleep(0.05)
    raise ConnectionError("the blockchain can't be reached")


def send_confirmation_email(product: str) -> None:
    time.sleep(0.05)


def post_product(client: Client) -> None:
    client.post("/products", json={"name": "book"})


async def main(library: Library) -> None:
    app.state.library = library
    async with serving(app) as site:
        await site.visit("client", post_product)
