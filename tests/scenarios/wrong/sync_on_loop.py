"""Wrong: a sync function is called on the event loop."""

import inspect
from collections.abc import Callable
from typing import Any

import minitasks
from minitasks import run_in_threadpool as run_in_threadpool


class BackgroundTask(minitasks.BackgroundTask):
    async def __call__(self) -> None:
        result = self.func(*self.args, **self.kwargs)
        if inspect.isawaitable(result):
            await result


class BackgroundTasks(minitasks.BackgroundTasks):
    def add_task(self, func: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        self.tasks.append(BackgroundTask(func, *args, **kwargs))
