"""A blocking call in an async task freezes the event loop.

Look for:
- `write_report` is async, so it runs on the event loop. It never awaits: it blocks that thread.
- The first client's answer was sent before: the client has it all the same, as it is short.
- The heart of the event loop beats before and after, but not while `write_report` runs.
- The second client asks meanwhile, and has no answer before `write_report` returns.
"""

import time
from functools import partial

import anyio
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from minitasks.scenarios.library import Library
from minitasks.scenarios.server import Client, serving
from minitasks.scenarios.signals import Heart, Signal, heartbeat

first_answered = Signal()
report_begun = Signal()
second_request_sent = Signal()


async def order_book(request: Request) -> JSONResponse:
    task = request.app.state.library.BackgroundTask(write_report)
    return JSONResponse({"ordered": "book"}, background=task)


async def list_books(request: Request) -> JSONResponse:
    return JSONResponse({"books": ["book"]})


app = Starlette(
    routes=[
        Route("/orders", order_book, methods=["POST"]),
        Route("/books", list_books),
    ]
)


async def write_report() -> None:
    report_begun.set()
    second_request_sent.block()
    time.sleep(0.1)


def first_client(heart: Heart, client: Client) -> None:
    heart.block_for_a_beat()
    client.post("/orders", json={"item": "book"})
    first_answered.set()


def second_client(heart: Heart, client: Client) -> None:
    report_begun.block(timeout=5)
    first_answered.block()
    client.get("/books", when_sent=second_request_sent.set)
    heart.block_for_a_beat()


async def main(library: Library) -> None:
    app.state.library = library
    for signal in (first_answered, report_begun, second_request_sent):
        signal.clear()
    async with serving(app) as site, heartbeat() as heart, anyio.create_task_group() as group:
        group.start_soon(site.visit, "client 1", partial(first_client, heart))
        group.start_soon(site.visit, "client 2", partial(second_client, heart))
