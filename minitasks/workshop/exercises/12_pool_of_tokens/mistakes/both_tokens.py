# feedback: your task took 1 of the default limiter's tokens: endpoints have fewer
"""The token is held round run_in_threadpool, which takes a default one on top."""

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
        if self.is_async:
            await self.func(*self.args, **self.kwargs)
        else:
            async with task_limiter():
                await run_in_threadpool(self.func, *self.args, **self.kwargs)
