"""Wrong: a task that raises ends the run, but nobody hears of it."""

import contextlib

import minitasks
from minitasks import BackgroundTask as BackgroundTask
from minitasks import run_in_threadpool as run_in_threadpool


class BackgroundTasks(minitasks.BackgroundTasks):
    async def __call__(self) -> None:
        with contextlib.suppress(Exception):
            for task in self.tasks:
                await task()
