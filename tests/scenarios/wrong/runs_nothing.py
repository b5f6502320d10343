"""Wrong: nothing is ever called."""

import minitasks
from minitasks import run_in_threadpool as run_in_threadpool


class BackgroundTask(minitasks.BackgroundTask):
    async def __call__(self) -> None:
        pass


class BackgroundTasks(minitasks.BackgroundTasks):
    async def __call__(self) -> None:
        pass
