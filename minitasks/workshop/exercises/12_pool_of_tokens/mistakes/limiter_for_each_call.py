# feedback: your task took 0 of task_limiter()'s tokens, not 1
"""Each task has a limiter of its own, and always finds it free."""

import functools

import anyio
import anyio.to_thread

import minitasks
from minitasks import BackgroundTasks, run_in_threadpool

__all__ = ["BackgroundTask", "BackgroundTasks", "run_in_threadpool"]

TOKENS = 5


def task_limiter() -> anyio.CapacityLimiter:
    return anyio.CapacityLimiter(TOKENS)


class BackgroundTask(minitasks.BackgroundTask):
    async def __call__(self) -> None:
        if self.is_async:
            await self.func(*self.args, **self.kwargs)
        else:
            bound_call = functools.partial(self.func, *self.args, **self.kwargs)
            await anyio.to_thread.run_sync(bound_call, limiter=task_limiter())
