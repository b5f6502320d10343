"""Exercise 6, solved: several tasks, one after another."""

import functools
import inspect
from collections.abc import Sequence
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
    """Tasks that run one after another, in the order added; a task itself."""

    def __init__(self, tasks: Sequence[BackgroundTask] | None = None) -> None:
        # A list of its own, and a new one each time: adding here must not change the caller's list,
        # and a default of [] would be shared by every instance.
        self.tasks = list(tasks or ())

    def add_task(self, func: Any, *args: Any, **kwargs: Any) -> None:
        """Keep one more call, behind those already added."""
        task = BackgroundTask(func, *args, **kwargs)
        self.tasks.append(task)

    async def __call__(self) -> None:
        # The list itself, not a copy: a task may add to it while it runs. No try: the first
        # exception ends the run, so that no task runs after one that it may build on has failed.
        for task in self.tasks:
            await task()
