"""Other than Starlette: every task runs, and the failures are raised at the end, as a group."""

import minitasks
from minitasks import BackgroundTask as BackgroundTask
from minitasks import run_in_threadpool as run_in_threadpool


class BackgroundTasks(minitasks.BackgroundTasks):
    async def __call__(self) -> None:
        failures = []
        for task in self.tasks:
            try:
                await task()
            except Exception as failure:
                failures.append(failure)
        if failures:
            raise ExceptionGroup("background tasks failed", failures)
