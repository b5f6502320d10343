# feedback: of the default limiter's tokens: endpoints have fewer
"""More tokens for everybody: tasks still take them from the endpoints."""

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
    limiter = anyio.to_thread.current_default_thread_limiter()
    limiter.total_tokens = 100
    return limiter


class BackgroundTask(minitasks.BackgroundTask):
    async def __call__(self) -> None:
        if self.is_async:
            await self.func(*self.args, **self.kwargs)
        else:
            bound_call = functools.partial(self.func, *self.args, **self.kwargs)
            await anyio.to_thread.run_sync(bound_call, limiter=task_limiter())
