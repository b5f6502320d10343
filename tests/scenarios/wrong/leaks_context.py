"""Wrong: what a thread sets in its context is set for the caller, too."""

import contextvars
import functools
from collections.abc import Callable
from typing import Any

import anyio.to_thread

import minitasks


async def run_in_threadpool(func: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    context = contextvars.copy_context()
    call = functools.partial(context.run, func, *args, **kwargs)
    result = await anyio.to_thread.run_sync(call)
    for variable, value in context.items():
        variable.set(value)
    return result


class BackgroundTask(minitasks.BackgroundTask):
    async def __call__(self) -> None:
        if self.is_async:
            await super().__call__()
        else:
            await run_in_threadpool(self.func, *self.args, **self.kwargs)


class BackgroundTasks(minitasks.BackgroundTasks):
    def add_task(self, func: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        self.tasks.append(BackgroundTask(func, *args, **kwargs))
