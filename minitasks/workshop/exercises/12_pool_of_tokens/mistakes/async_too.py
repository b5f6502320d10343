# feedback: your async task took a token: on the event loop it needs none
"""Async tasks wait for a token as well, though they need no thread."""

import functools

import anyio
import anyio.to_thread
from anyio.lowlevel import RunVar

import minitasks
from minitasks import BackgroundTasks, run_in_threadpool

__all__ = ["BackgroundTask", "BackgroundTasks", "run_in_threadpool"]

TOKENS = 5

_task_limiter: RunVar[anyio.CapacityLimiter] = RunVar("_task_limiter")


def task_limiter() -> anyio.CapacityLimiter:
    limiter = _task_limiter.get(None)
    if limiter is None:
        limiter = anyio.CapacityLimiter(TOKENS)
        _task_limiter.set(limiter)
    return limiter


class BackgroundTask(minitasks.BackgroundTask):
    async def __call__(self) -> None:
        async with task_limiter():
            if self.is_async:
                await self.func(*self.args, **self.kwargs)
            else:
                bound_call = functools.partial(self.func, *self.args, **self.kwargs)
                own_thread = anyio.CapacityLimiter(1)
                await anyio.to_thread.run_sync(bound_call, limiter=own_thread)
