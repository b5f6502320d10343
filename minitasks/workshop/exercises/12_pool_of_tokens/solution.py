"""Exercise 12, solved: slow tasks get tokens of their own."""

import functools
from typing import Any

import anyio
import anyio.to_thread
from anyio.lowlevel import RunVar

import minitasks
from minitasks import run_in_threadpool

__all__ = ["BackgroundTask", "BackgroundTasks", "run_in_threadpool"]

# How many sync tasks may run at once.
TOKENS = 5

# A variable with one value for each event loop. A plain global would serve the first loop only: who
# waits for a token waits on the loop that the limiter was first used with.
_task_limiter: RunVar[anyio.CapacityLimiter] = RunVar("_task_limiter")


def task_limiter() -> anyio.CapacityLimiter:
    """Give this event loop's limiter for tasks; make it, with TOKENS tokens, when first asked."""
    limiter = _task_limiter.get(None)
    if limiter is None:
        limiter = anyio.CapacityLimiter(TOKENS)
        _task_limiter.set(limiter)
    return limiter


class BackgroundTask(minitasks.BackgroundTask):
    """A task whose sync function takes one of task_limiter()'s tokens, not a default one."""

    async def __call__(self) -> None:
        if self.is_async:
            await self.func(*self.args, **self.kwargs)
        else:
            bound_call = functools.partial(self.func, *self.args, **self.kwargs)
            # Handed to run_sync, which then takes this token instead of a default one. To hold it
            # round run_in_threadpool would take both.
            await anyio.to_thread.run_sync(bound_call, limiter=task_limiter())


class BackgroundTasks(minitasks.BackgroundTasks):
    """Tasks that run one after another, each one a task of this module."""

    def add_task(self, func: Any, *args: Any, **kwargs: Any) -> None:
        """Keep one more call."""
        task = BackgroundTask(func, *args, **kwargs)
        self.tasks.append(task)
