"""Step 4: ask the module that knows, on each version of Python."""

import functools
import sys
from collections.abc import Callable
from typing import Any, ParamSpec

import step_3_types as previous
from step_3_types import run_in_threadpool

if sys.version_info >= (3, 13):
    from inspect import iscoroutinefunction
else:
    from asyncio import iscoroutinefunction

P = ParamSpec("P")


def is_async_callable(obj: Any) -> bool:
    """Tell whether calling `obj` gives a coroutine to await."""
    while isinstance(obj, functools.partial):
        obj = obj.func

    return iscoroutinefunction(obj) or (
        callable(obj) and iscoroutinefunction(obj.__call__)
    )


class BackgroundTask(previous.BackgroundTask):
    """As before, with the question put to the right module."""

    def __init__(
        self, func: Callable[P, Any], *args: P.args, **kwargs: P.kwargs
    ) -> None:
        super().__init__(func, *args, **kwargs)
        self.is_async = is_async_callable(func)


__all__ = ["BackgroundTask", "is_async_callable", "run_in_threadpool"]
