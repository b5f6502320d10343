"""Exercise 10: run every task, and report all failures at the end."""

import minitasks
from minitasks import BackgroundTask, run_in_threadpool

__all__ = ["BackgroundTask", "BackgroundTasks", "run_in_threadpool"]


class BackgroundTasks(minitasks.BackgroundTasks):
    """Tasks that run in order, every one; their failures are raised at the end, as a group.

    `tasks` and `add_task` are inherited.
    """

    async def __call__(self) -> None:
        # So far the first exception ends the loop.
        for task in self.tasks:
            await task()
