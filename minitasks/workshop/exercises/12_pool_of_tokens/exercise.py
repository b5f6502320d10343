"""Exercise 12: slow tasks get tokens of their own, so that endpoints don't wait for theirs."""

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

# A variable with one value for each event loop; RunVar has get(default) and set(value).
_task_limiter: RunVar[anyio.CapacityLimiter] = RunVar("_task_limiter")


def task_limiter() -> anyio.CapacityLimiter:
    """Give this event loop's limiter for tasks; make it, with TOKENS tokens, when first asked."""
    return anyio.to_thread.current_default_thread_limiter()


class BackgroundTask(minitasks.BackgroundTask):
    """A task whose sync function takes one of task_limiter()'s tokens, not a default one."""

    async def __call__(self) -> None:
        if self.is_async:
            await self.func(*self.args, **self.kwargs)
        else:
            # anyio.to_thread.run_sync has a keyword argument for this.
            bound_call = functools.partial(self.func, *self.args, **self.kwargs)
            await anyio.to_thread.run_sync(bound_call)


class BackgroundTasks(minitasks.BackgroundTasks):
    """Tasks that run one after another, each one a task of this module."""

    def add_task(self, func: Any, *args: Any, **kwargs: Any) -> None:
        """Keep one more call."""
        task = BackgroundTask(func, *args, **kwargs)
        self.tasks.append(task)
