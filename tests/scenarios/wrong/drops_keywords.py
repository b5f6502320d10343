"""Wrong: keyword arguments are not passed on."""

from collections.abc import Callable
from typing import Any

import anyio.to_thread

import minitasks


async def run_in_threadpool(func: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    return await anyio.to_thread.run_sync(func, *args)


class BackgroundTask(minitasks.BackgroundTask):
    async def __call__(self) -> None:
        if self.is_async:
            await super().__call__()
        else:
            await run_in_threadpool(self.func, *self.args, **self.kwargs)


class BackgroundTasks(minitasks.BackgroundTasks):
    def add_task(self, func: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        self.tasks.append(BackgroundTask(func, *args, **kwargs))
