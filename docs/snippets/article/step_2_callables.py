"""Step 2: look inside partials, and at an object's `__call__`."""

import asyncio
import functools
import typing

import step_1_article as previous
from step_1_article import run_in_threadpool


def is_async_callable(obj: typing.Any) -> bool:
    """Tell whether calling `obj` gives a coroutine to await."""
    while isinstance(obj, functools.partial):
        obj = obj.func

    return asyncio.iscoroutinefunction(obj) or (
        callable(obj) and asyncio.iscoroutinefunction(obj.__call__)
    )


class BackgroundTask(previous.BackgroundTask):
    """As before, but for how it decides."""

    def __init__(
        self,
        func: typing.Callable[..., typing.Any],
        *args: typing.Any,
        **kwargs: typing.Any,
    ) -> None:
        super().__init__(func, *args, **kwargs)
        self.is_async = is_async_callable(func)


__all__ = ["BackgroundTask", "is_async_callable", "run_in_threadpool"]
