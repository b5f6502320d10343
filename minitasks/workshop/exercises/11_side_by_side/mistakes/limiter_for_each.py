# feedback: At most `limit` tasks are inside at the same time
"""Each task has a limiter of its own, and always finds it free."""

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
        async def run(task: BackgroundTask) -> None:
            async with anyio.CapacityLimiter(self.limit):
                await task()

        async with anyio.create_task_group() as group:
            for task in self.tasks:
                group.start_soon(run, task)
