# feedback: a task failed, and your run raised nothing
"""The list is made anew in each turn: only the last task's failure is left."""

import minitasks
from minitasks import BackgroundTask, run_in_threadpool

__all__ = ["BackgroundTask", "BackgroundTasks", "run_in_threadpool"]


class BackgroundTasks(minitasks.BackgroundTasks):
    async def __call__(self) -> None:
        for task in self.tasks:
            failures = []
            try:
                await task()
            except Exception as failure:
                failures.append(failure)
        if failures:
            raise ExceptionGroup("background tasks failed", failures)
