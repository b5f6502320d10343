"""Wrong: a task that raises does not end the run, and nobody hears of it."""

import contextlib

import minitasks
from minitasks import BackgroundTask as BackgroundTask
from minitasks import run_in_threadpool as run_in_threadpool


class BackgroundTasks(minitasks.BackgroundTasks):
    async def __call__(self) -> None:
        for task in self.tasks:
            with contextlib.suppress(Exception):
                await task()
