"""Wrong libraries: each differs from minitasks in one thing, so that some claim fails on it."""

from collections.abc import Awaitable, Callable
from typing import Any

import minitasks


def offloading(run_in_threadpool: Callable[..., Awaitable[Any]]) -> type[minitasks.BackgroundTask]:
    """Make the task that calls a sync function by this run_in_threadpool."""

    class BackgroundTask(minitasks.BackgroundTask):
        async def __call__(self) -> None:
            if self.is_async:
                await super().__call__()
            else:
                await run_in_threadpool(self.func, *self.args, **self.kwargs)

    return BackgroundTask


def adding(task: type[minitasks.BackgroundTask]) -> type[minitasks.BackgroundTasks]:
    """Make the list that adds this kind of task."""

    class BackgroundTasks(minitasks.BackgroundTasks):
        def add_task(self, func: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
            self.tasks.append(task(func, *args, **kwargs))

    return BackgroundTasks
