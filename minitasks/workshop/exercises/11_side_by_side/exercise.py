"""Exercise 11: run tasks side by side, but not too many at once."""

from collections.abc import Sequence

import minitasks
from minitasks import BackgroundTask, run_in_threadpool

__all__ = ["BackgroundTask", "BackgroundTasks", "run_in_threadpool"]


class BackgroundTasks(minitasks.BackgroundTasks):
    """Tasks that run side by side, at most `limit` of them at any moment.

    `tasks` and `add_task` are inherited.
    """

    def __init__(self, tasks: Sequence[BackgroundTask] | None = None, limit: int = 2) -> None:
        super().__init__(tasks)
        self.limit = limit

    async def __call__(self) -> None:
        # So far each task waits for the one before it.
        for task in self.tasks:
            await task()
