"""Slow tasks hold every token: who else waits? Two tokens here, to make it quick; 40 by default."""

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import anyio.to_thread
import httpx2
from serving import serving
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from minitasks import BackgroundTask

TOKENS = 2

gate = threading.Event()


def slow() -> None:
    gate.wait()


async def slow_with_tokens_of_its_own() -> None:
    await anyio.to_thread.run_sync(slow, limiter=slow_limiter)


async def order(request: Request) -> Response:
    func = slow_with_tokens_of_its_own if request.query_params else slow
    return PlainTextResponse("ordered", background=BackgroundTask(func))


async def async_page(request: Request) -> Response:
    return PlainTextResponse("hello")


def sync_page(request: Request) -> Response:
    return PlainTextResponse("hello")


async def file(request: Request) -> Response:
    return FileResponse(__file__)


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    global slow_limiter
    anyio.to_thread.current_default_thread_limiter().total_tokens = TOKENS
    slow_limiter = anyio.CapacityLimiter(TOKENS)
    yield


app = Starlette(
    lifespan=lifespan,
    routes=[
        Route("/order", order),
        Route("/async", async_page),
        Route("/sync", sync_page),
        Route("/file", file),
    ],
)


def answers(client: httpx2.Client, path: str) -> str:
    try:
        client.get(path, timeout=2)
    except httpx2.ReadTimeout:
        return "waits"
    return "answers"


def main() -> None:
    for query in ("", "?own"):
        gate.clear()
        with serving(app) as client:
            for _ in range(TOKENS):
                client.get(f"/order{query}")
            for path in ("/async", "/sync", "/file"):
                print(f"/order{query} twice, then {path} {answers(client, path)}")
            gate.set()


if __name__ == "__main__":
    main()
