# feedback: your limiter is shared by two event loops: it can serve only one
"""A plain global serves the first event loop that uses it, and fails in the next."""

import functools

import anyio
import anyio.to_thread

import minitasks
from minitasks import BackgroundTasks, run_in_threadpool

__all__ = ["BackgroundTask", "BackgroundTasks", "run_in_threadpool"]

TOKENS = 5

_task_limiter = anyio.CapacityLimiter(TOKENS)


def task_limiter() -> anyio.CapacityLimiter:
    return _task_limiter


class BackgroundTask(minitasks.BackgroundTask):
    async def __call__(self) -> None:
        if self.is_async:
            await self.func(*self.args, **self.kwargs)
        else:
            bound_call = functools.partial(self.func, *self.args, **self.kwargs)
            await anyio.to_thread.run_sync(bound_call, limiter=task_limiter())
