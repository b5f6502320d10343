# feedback: yours collected the cancellation as if a task had failed
"""Cancellation, Ctrl-C and SystemExit are collected too: the run can't be ended."""

import minitasks
from minitasks import BackgroundTask, run_in_threadpool

__all__ = ["BackgroundTask", "BackgroundTasks", "run_in_threadpool"]


class BackgroundTasks(minitasks.BackgroundTasks):
    async def __call__(self) -> None:
        failures = []
        for task in self.tasks:
            try:
                await task()
            except BaseException as failure:
                failures.append(failure)
        if failures:
            raise BaseExceptionGroup("background tasks failed", failures)
