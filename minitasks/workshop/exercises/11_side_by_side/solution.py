"""Exercise 11, solved: tasks side by side, but not too many at once."""

from collections.abc import Sequence

import anyio

import minitasks
from minitasks import BackgroundTask, run_in_threadpool

__all__ = ["BackgroundTask", "BackgroundTasks", "run_in_threadpool"]


class BackgroundTasks(minitasks.BackgroundTasks):
    """Tasks that run side by side, at most `limit` of them at any moment."""

    def __init__(self, tasks: Sequence[BackgroundTask] | None = None, limit: int = 2) -> None:
        super().__init__(tasks)
        self.limit = limit

    async def __call__(self) -> None:
        # One limiter for the whole run: the tasks share its tokens.
        limiter = anyio.CapacityLimiter(self.limit)
        # The task group is left when all of them are done, or when one has failed and the others
        # are cancelled: nothing that was started here outlives this call.
        async with anyio.create_task_group() as group:
            for task in self.tasks:
                group.start_soon(run_with_token, limiter, task)


async def run_with_token(limiter: anyio.CapacityLimiter, task: BackgroundTask) -> None:
    """Run a task as soon as a token is free, and return the token afterwards."""
    # Taken here, in the started task, and not in the loop above: the token must be held for as long
    # as the work takes, not only while it is started.
    async with limiter:
        await task()
