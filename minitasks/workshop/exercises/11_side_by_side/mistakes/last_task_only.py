# feedback: these were done: [1, 1]
"""The inner function looks for task when it runs: by then it is the last one, for all."""

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

        async def run() -> None:
            async with limiter:
                await task()

        async with anyio.create_task_group() as group:
            for task in self.tasks:  # noqa: B007
                group.start_soon(run)
