"""Wrong: a partial of an async function is taken for sync."""

import functools
from collections.abc import Callable
from typing import Any

import minitasks
from minitasks import run_in_threadpool as run_in_threadpool


class BackgroundTask(minitasks.BackgroundTask):
    async def __call__(self) -> None:
        if isinstance(self.func, functools.partial):
            await run_in_threadpool(self.func, *self.args, **self.kwargs)
        else:
            await super().__call__()


class BackgroundTasks(minitasks.BackgroundTasks):
    def add_task(self, func: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        self.tasks.append(BackgroundTask(func, *args, **kwargs))
