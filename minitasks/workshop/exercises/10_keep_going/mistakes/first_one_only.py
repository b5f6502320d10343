# feedback: not an ExceptionGroup
"""All tasks run, but only the first failure is told."""

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
        if failures:
            raise failures[0]
