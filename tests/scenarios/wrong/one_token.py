"""Wrong: a limiter with one token, so that sync tasks never run side by side."""

import functools
from collections.abc import Callable
from typing import Any

import anyio
import anyio.to_thread

from tests.scenarios.wrong import adding, offloading

LOCK = anyio.Lock()


async def run_in_threadpool(func: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    limiter = anyio.CapacityLimiter(1)
    async with LOCK:
        call = functools.partial(func, *args, **kwargs)
        return await anyio.to_thread.run_sync(call, limiter=limiter)


BackgroundTask = offloading(run_in_threadpool)
BackgroundTasks = adding(BackgroundTask)
