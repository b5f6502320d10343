"""Exercise 5: a task for both kinds of functions, each in its place."""

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
    """A function, async or not, and its arguments, kept until the task is awaited."""

    def __init__(self, func: Any, *args: Any, **kwargs: Any) -> None:
        self.func = func
        self.args = args
        self.kwargs = kwargs
        # Which kind of function is it? Keep the answer as self.is_async.

    async def __call__(self) -> None:
        # An async function runs here, on the event loop. Where does a sync one run?
        await self.func(*self.args, **self.kwargs)
