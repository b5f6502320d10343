# feedback: a task added by a running task was left out of the run
"""The loop goes over a copy of the list: what a running task adds is not in it."""

import functools
import inspect
from typing import Any

import anyio.to_thread


async def run_in_threadpool(func: Any, *args: Any, **kwargs: Any) -> Any:
    """Call a sync function in a worker thread and return its result (exercise 3)."""
    bound_call = functools.partial(func, **kwargs)
    result = await anyio.to_thread.run_sync(bound_call, *args)
    return result


def is_async_callable(obj: Any) -> bool:
    """Tell, without calling it, whether calling `obj` gives a coroutine (exercise 4)."""
    target = obj
    while isinstance(target, functools.partial):
        target = target.func
    if inspect.iscoroutinefunction(target):
        return True
    return callable(target) and inspect.iscoroutinefunction(type(target).__call__)


class BackgroundTask:
    """A function, async or not, and its arguments, kept until the task is awaited (exercise 5)."""

    def __init__(self, func: Any, *args: Any, **kwargs: Any) -> None:
        self.func = func
        self.args = args
        self.kwargs = kwargs
        self.is_async = is_async_callable(func)

    async def __call__(self) -> None:
        if self.is_async:
            await self.func(*self.args, **self.kwargs)
        else:
            await run_in_threadpool(self.func, *self.args, **self.kwargs)


class BackgroundTasks(BackgroundTask):
    def __init__(self, tasks: Any = None) -> None:
        self.tasks = list(tasks or ())

    def add_task(self, func: Any, *args: Any, **kwargs: Any) -> None:
        self.tasks.append(BackgroundTask(func, *args, **kwargs))

    async def __call__(self) -> None:
        for task in list(self.tasks):
            await task()
