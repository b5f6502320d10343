# feedback: At most `limit` tasks are inside at the same time
"""The token is held while the task is started, and given back before it works."""

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
        async with anyio.create_task_group() as group:
            for task in self.tasks:
                async with limiter:
                    group.start_soon(task)
