"""Where does it run, and does it take a token? `python where.py` prints the handout's table.

One application has one of each kind; a client in another process asks for all of them.
"""

import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Annotated

import anyio.from_thread
import anyio.to_thread
from fastapi import BackgroundTasks, Depends, FastAPI, Request
from fastapi.responses import PlainTextResponse, StreamingResponse
from serving import idle, served
from starlette.concurrency import run_in_threadpool

LOOP = threading.get_ident()


def tokens() -> float:
    """How many tokens of the default limiter are taken now."""
    return anyio.to_thread.current_default_thread_limiter().borrowed_tokens


def here(kind: str) -> None:
    """Print where this kind of function runs."""
    if threading.get_ident() == LOOP:
        print(f"{kind}: event loop, {'a' if tokens() else 'no'} token", flush=True)
    else:
        taken = anyio.from_thread.run_sync(tokens)
        print(f"{kind}: worker thread, {'a' if taken else 'no'} token", flush=True)


def sync_dependency() -> None:
    here("`def` dependency")


async def async_dependency() -> None:
    here("`async def` dependency")


def dependency_with_yield() -> Iterator[None]:
    here("`def` dependency, before its `yield`")
    yield
    here("`def` dependency, behind its `yield`")


def sync_task() -> None:
    here("`tasks.add_task(f)`, `def f`")


async def async_task() -> None:
    here("`tasks.add_task(f)`, `async def f`")


async def task_in_partial(number: int) -> None:
    here("`tasks.add_task(partial(f, 1))`, `async def f`")


class CallableObject:
    async def __call__(self) -> None:
        here("`tasks.add_task(obj)`, with `async def __call__`")


def called_by_async() -> None:
    here("`f()` in an `async def`, `def f`")


def offloaded() -> None:
    here("`await run_in_threadpool(f)`, `def f`")


def sync_chunks() -> Iterator[str]:
    here("`StreamingResponse(f())`, `def f` with `yield`")
    yield "chunk"


async def async_chunks() -> AsyncIterator[str]:
    here("`StreamingResponse(f())`, `async def f` with `yield`")
    yield "chunk"


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    global LOOP
    LOOP = threading.get_ident()
    yield


shop = FastAPI(lifespan=lifespan)
app = idle(shop)


@shop.get("/async")
async def async_endpoint(
    tasks: BackgroundTasks,
    first: Annotated[None, Depends(async_dependency)],
    second: Annotated[None, Depends(sync_dependency)],
    third: Annotated[None, Depends(dependency_with_yield)],
) -> None:
    here("`async def` endpoint")
    called_by_async()
    await run_in_threadpool(offloaded)
    tasks.add_task(async_task)
    tasks.add_task(sync_task)
    tasks.add_task(CallableObject())
    tasks.add_task(partial(task_in_partial, 1))
    tasks.add_task(lambda: here("`tasks.add_task(lambda: ...)`"))


@shop.get("/sync")
def sync_endpoint() -> None:
    here("`def` endpoint")


@shop.get("/sync-stream")
async def sync_stream() -> StreamingResponse:
    return StreamingResponse(sync_chunks())


@shop.get("/async-stream")
async def async_stream() -> StreamingResponse:
    return StreamingResponse(async_chunks())


@shop.get("/fails")
async def fails(how: str) -> None:
    raise {"sync": KeyError, "async": LookupError}[how](how)


@shop.exception_handler(KeyError)
def sync_handler(request: Request, error: Exception) -> PlainTextResponse:
    here("`def` exception handler")
    return PlainTextResponse("handled", 500)


@shop.exception_handler(LookupError)
async def async_handler(request: Request, error: Exception) -> PlainTextResponse:
    here("`async def` exception handler")
    return PlainTextResponse("handled", 500)


def main() -> None:
    paths = "/sync /async /sync-stream /async-stream /fails?how=sync /fails?how=async"
    with served("where:app") as server:
        for path in paths.split():
            server.client.get(path)
            server.client.get("/idle")
        print("| You write | It runs on | It takes |\n| --- | --- | --- |")
        for line in server.said():
            kind, _, found = line.rpartition(": ")
            print(f"| {kind} | {found.replace(', ', ' | ')} |")


if __name__ == "__main__":
    main()
