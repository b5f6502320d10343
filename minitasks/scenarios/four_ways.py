"""Four ways into a thread, and what each of them gives up.

Look for:
- Tokens: run_in_threadpool and anyio.to_thread.run_sync take one of the thread limiter's.
- Context: the first three carry context variables into the thread; a ThreadPoolExecutor does not.
- Keyword arguments: anyio.to_thread.run_sync keeps them for itself, the other three pass them on.
- Cancellation: a cancel scope of anyio waits for the thread with the first two; with the others
  it leaves the thread behind, still running. (asyncio's own cancellation waits with none.)
- Event loops: the first two run on trio too; the others need asyncio.
"""

import asyncio
import contextlib
import functools
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from typing import Any

import anyio
import anyio.to_thread

from minitasks.scenarios.library import Library
from minitasks.scenarios.marks import mark
from minitasks.scenarios.signals import Signal

Way = Callable[..., Awaitable[Any]]

current_user: ContextVar[str] = ContextVar("current_user", default="nobody")


async def submit(
    executor: ThreadPoolExecutor, func: Callable[..., Any], *args: Any, **kwargs: Any
) -> Any:
    loop = asyncio.get_running_loop()
    future = executor.submit(func, *args, **kwargs)
    return await asyncio.wrap_future(future, loop=loop)


def look_around(limiter: anyio.CapacityLimiter) -> tuple[int, str]:
    tokens_taken = limiter.borrowed_tokens
    user_seen = current_user.get()
    return int(tokens_taken), user_seen


def greet(name: str) -> None:
    pass


def linger(begun: Signal, go_on: Signal, caller_left: Signal) -> bool:
    begun.set()
    go_on.block()
    left_behind = caller_left.is_set()
    return left_behind


async def call_with_keyword(way: Way) -> None:
    await way(greet, name="ada")


async def call_and_leave(way: Way, begun: Signal, go_on: Signal) -> None:
    caller_left = Signal()
    try:
        await way(linger, begun, go_on, caller_left)
    finally:
        caller_left.set()


async def cancel_while_it_runs(way: Way) -> None:
    begun, go_on = Signal(), Signal()
    async with anyio.create_task_group() as group:
        group.start_soon(call_and_leave, way, begun, go_on)
        await begun.given()
        group.cancel_scope.cancel()
        # Long enough for a caller that does not wait for its thread.
        with anyio.CancelScope(shield=True):
            await anyio.sleep(0.02)
        go_on.set()


async def try_out(way: Way) -> None:
    await way(look_around, anyio.to_thread.current_default_thread_limiter())
    with contextlib.suppress(TypeError):
        await call_with_keyword(way)
    await cancel_while_it_runs(way)


async def main(library: Library) -> None:
    current_user.set("ada")
    with ThreadPoolExecutor() as executor:
        ways: dict[str, Way] = {
            "run_in_threadpool": library.run_in_threadpool,
            "anyio.to_thread.run_sync": anyio.to_thread.run_sync,
            "asyncio.to_thread": asyncio.to_thread,
            "ThreadPoolExecutor": functools.partial(submit, executor),
        }
        for name, way in ways.items():
            mark(name)
            # What asyncio alone can do raises on trio; the recording has kept it.
            with contextlib.suppress(RuntimeError):
                await try_out(way)
