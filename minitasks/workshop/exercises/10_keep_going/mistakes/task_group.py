# feedback: side by side
"""A task group raises an ExceptionGroup, but runs all at once and cancels the rest."""

import anyio

import minitasks
from minitasks import BackgroundTask, run_in_threadpool

__all__ = ["BackgroundTask", "BackgroundTasks", "run_in_threadpool"]


class BackgroundTasks(minitasks.BackgroundTasks):
    async def __call__(self) -> None:
        async with anyio.create_task_group() as group:
            for task in self.tasks:
                group.start_soon(task)
