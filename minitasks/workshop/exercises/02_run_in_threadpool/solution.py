"""Exercise 2, solved: leave the event loop for as long as a sync function runs."""

from collections.abc import Callable
from typing import Any, TypeVar

import anyio.to_thread

T = TypeVar("T")


async def run_in_threadpool(func: Callable[..., T], *args: Any) -> T:
    """Call a sync function in a worker thread, while the event loop goes on; return its result."""
    # anyio's own hop, not asyncio's run_in_executor: it works on trio too, carries the context
    # variables into the thread, takes a token of the capacity limiter, and waits for the thread
    # even when it is cancelled.
    result = await anyio.to_thread.run_sync(func, *args)
    return result
