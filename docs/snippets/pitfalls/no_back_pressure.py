"""A hundred responses leave; two tasks run; the rest pile up in memory. Then: a limit."""

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import anyio.to_thread
from serving import serving
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from minitasks import BackgroundTask

TOKENS = 2
LIMIT = 10

gate = threading.Event()


def resize_image() -> None:
    gate.wait()


async def upload(request: Request) -> Response:
    return Response(status_code=202, background=BackgroundTask(resize_image))


async def upload_within_limit(request: Request) -> Response:
    limiter = anyio.to_thread.current_default_thread_limiter()
    if limiter.statistics().tasks_waiting >= LIMIT:
        return Response(status_code=503, headers={"retry-after": "1"})
    return await upload(request)


async def waiting(request: Request) -> Response:
    limiter = anyio.to_thread.current_default_thread_limiter()
    return PlainTextResponse(str(limiter.statistics().tasks_waiting))


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    anyio.to_thread.current_default_thread_limiter().total_tokens = TOKENS
    yield


app = Starlette(
    lifespan=lifespan,
    routes=[
        Route("/upload", upload, methods=["POST"]),
        Route("/upload-within-limit", upload_within_limit, methods=["POST"]),
        Route("/waiting", waiting),
    ],
)


def main() -> None:
    for path in ("/upload", "/upload-within-limit"):
        gate.clear()
        with serving(app) as client:
            codes = [client.post(path).status_code for _ in range(100)]
            piled_up = client.get("/waiting").text
            gate.set()
        print(
            f"{path}: {codes.count(202)} accepted, {codes.count(503)} refused, {piled_up} waiting"
        )


if __name__ == "__main__":
    main()
