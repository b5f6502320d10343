"""Four ways into a thread, and what each of them gives up.

Look for:
- Tokens: run_in_threadpool and anyio.to_thread.run_sync take one of the thread limiter's.
- Context: the first three carry context variables into the thread; a ThreadPoolExecutor does not.
- Keyword arguments: anyio.to_thread.run_sync keeps them for itself, the other three pass them on.
- Cancellation: the first two wait for the thread; the others leave it behind, still running.
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

NEEDS = ("run_in_threadpool",)
BACKENDS = ("asyncio", "trio", "uvloop")

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


def linger(begun: Signal, caller_left: Signal) -> bool:
    begun.set()
    left_behind = caller_left.block(patience=0.25)
    return left_behind


async def call_with_keyword(way: Way) -> None:
    await way(greet, name="ada")


async def call_and_leave(way: Way, begun: Signal, caller_left: Signal) -> None:
    try:
        await way(linger, begun, caller_left)
    finally:
        caller_left.set()


async def cancel_while_it_runs(way: Way) -> None:
    begun, caller_left = Signal(), Signal()
    async with anyio.create_task_group() as group:
        group.start_soon(call_and_leave, way, begun, caller_left)
        await begun.wait()
        group.cancel_scope.cancel()


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
