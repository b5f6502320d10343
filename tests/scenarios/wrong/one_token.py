"""Wrong: a limiter with one token, so that sync tasks never run side by side."""

import functools
from collections.abc import Callable
from typing import Any

import anyio
import anyio.to_thread

import minitasks

LOCK = anyio.Lock()


async def run_in_threadpool(func: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    limiter = anyio.CapacityLimiter(1)
    async with LOCK:
        call = functools.partial(func, *args, **kwargs)
        return await anyio.to_thread.run_sync(call, limiter=limiter)


class BackgroundTask(minitasks.BackgroundTask):
    async def __call__(self) -> None:
        if self.is_async:
            await super().__call__()
        else:
            await run_in_threadpool(self.func, *self.args, **self.kwargs)


class BackgroundTasks(minitasks.BackgroundTasks):
    def add_task(self, func: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        self.tasks.append(BackgroundTask(func, *args, **kwargs))
