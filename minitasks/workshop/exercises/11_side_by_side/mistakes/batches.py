# feedback: your run kept the third task waiting until the slow one would end
"""Batch after batch: the slowest of each holds up all that follow."""

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
        for first in range(0, len(self.tasks), self.limit):
            async with anyio.create_task_group() as group:
                for task in self.tasks[first : first + self.limit]:
                    group.start_soon(task)
