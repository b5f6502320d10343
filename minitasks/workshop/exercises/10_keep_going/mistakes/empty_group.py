# feedback: no task failed, but your run raised ValueError('second argument (exceptions)
"""A group is raised even when nothing failed, and a group can't be empty."""

import minitasks
from minitasks import BackgroundTask, run_in_threadpool

__all__ = ["BackgroundTask", "BackgroundTasks", "run_in_threadpool"]


class BackgroundTasks(minitasks.BackgroundTasks):
    async def __call__(self) -> None:
        failures = []
        for task in self.tasks:
            try:
                await task()
            except Exception as failure:
                failures.append(failure)
        raise ExceptionGroup("background tasks failed", failures)
