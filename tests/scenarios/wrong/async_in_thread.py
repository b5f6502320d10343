"""Wrong: an async function gets an event loop of its own, in a worker thread."""

import functools
from collections.abc import Callable
from typing import Any

import anyio
import anyio.to_thread

import minitasks
from minitasks import run_in_threadpool as run_in_threadpool


class BackgroundTask(minitasks.BackgroundTask):
    async def __call__(self) -> None:
        if self.is_async:
            call = functools.partial(self.func, *self.args, **self.kwargs)
            await anyio.to_thread.run_sync(anyio.run, call)
        else:
            await super().__call__()


class BackgroundTasks(minitasks.BackgroundTasks):
    def add_task(self, func: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        self.tasks.append(BackgroundTask(func, *args, **kwargs))
