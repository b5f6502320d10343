# feedback: a task failed, and your run raised ConnectionError
"""asyncio.gather: a failure leaves the others running; and there is no gather on trio."""

import asyncio
from collections.abc import Sequence

import minitasks
from minitasks import BackgroundTask, run_in_threadpool

__all__ = ["BackgroundTask", "BackgroundTasks", "run_in_threadpool"]


class BackgroundTasks(minitasks.BackgroundTasks):
    def __init__(self, tasks: Sequence[BackgroundTask] | None = None, limit: int = 2) -> None:
        super().__init__(tasks)
        self.limit = limit

    async def __call__(self) -> None:
        semaphore = asyncio.Semaphore(self.limit)

        async def run(task: BackgroundTask) -> None:
            async with semaphore:
                await task()

        await asyncio.gather(*[run(task) for task in self.tasks])
