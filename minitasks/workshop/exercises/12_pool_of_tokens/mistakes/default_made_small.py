# feedback: your task took 1 of the default limiter's tokens: endpoints have fewer
"""The default limiter is made small: now tasks and endpoints share five."""

import anyio
import anyio.to_thread

import minitasks
from minitasks import BackgroundTasks, run_in_threadpool

__all__ = ["BackgroundTask", "BackgroundTasks", "run_in_threadpool"]

TOKENS = 5


def task_limiter() -> anyio.CapacityLimiter:
    limiter = anyio.to_thread.current_default_thread_limiter()
    limiter.total_tokens = TOKENS
    return limiter


class BackgroundTask(minitasks.BackgroundTask):
    async def __call__(self) -> None:
        task_limiter()
        await super().__call__()
