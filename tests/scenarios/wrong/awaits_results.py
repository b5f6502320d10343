"""Wrong: what a sync function returns is awaited."""

import inspect
from collections.abc import Callable
from typing import Any

import minitasks
from minitasks import run_in_threadpool as run_in_threadpool


class BackgroundTask(minitasks.BackgroundTask):
    async def __call__(self) -> None:
        if self.is_async:
            return await super().__call__()
        result = await run_in_threadpool(self.func, *self.args, **self.kwargs)
        if inspect.isawaitable(result):
            await result


class BackgroundTasks(minitasks.BackgroundTasks):
    def add_task(self, func: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        self.tasks.append(BackgroundTask(func, *args, **kwargs))
