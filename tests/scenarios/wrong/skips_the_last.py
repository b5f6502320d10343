"""Wrong: the last task is never called."""

import minitasks
from minitasks import BackgroundTask as BackgroundTask
from minitasks import run_in_threadpool as run_in_threadpool


class BackgroundTasks(minitasks.BackgroundTasks):
    async def __call__(self) -> None:
        for task in self.tasks[:-1]:
            await task()
