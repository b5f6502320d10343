# feedback: in your run, one waits for the other's end
"""There are tokens, but the loop still waits for each task."""

from collections.abc import Sequence

import anyio

import minitasks
from minitasks import BackgroundTask, run_in_threadpool

__all__ = ["BackgroundTask", "BackgroundTasks", "run_in_threadpool"]


class BackgroundTasks(minitasks.BackgroundTasks):
    def __init__(self, tasks: Sequence[BackgroundTask] | None = None, limit: int = 2) -> None:
        super().__init__(tasks)
        self.limit = limit

    async def __call__(self) -> None:
        limiter = anyio.CapacityLimiter(self.limit)
        for task in self.tasks:
            async with limiter:
                await task()
