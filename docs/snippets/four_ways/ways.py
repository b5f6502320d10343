"""Four ways to leave the event loop, all called alike: `await way(func, *args, **kwargs)`."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import anyio.to_thread

from minitasks import run_in_threadpool

Way = Callable[..., Awaitable[Any]]


async def own_executor(func: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Submit the call to an executor of our own, and await the future that it gives."""
    return await asyncio.wrap_future(executor.submit(func, *args, **kwargs))


executor = ThreadPoolExecutor(max_workers=40)

WAYS: dict[str, Way] = {
    "run_in_threadpool": run_in_threadpool,
    "anyio.to_thread.run_sync": anyio.to_thread.run_sync,
    "asyncio.to_thread": asyncio.to_thread,
    "ThreadPoolExecutor": own_executor,
}
