# feedback: is_async_callable(a class whose instances have async def __call__) should be False
"""Starlette's answer: it finds the async __call__ of the class, and can't await the instance."""

import functools
import inspect
from typing import Any


def is_async_callable(obj: Any) -> bool:
    while isinstance(obj, functools.partial):
        obj = obj.func
    return inspect.iscoroutinefunction(obj) or (
        callable(obj) and inspect.iscoroutinefunction(obj.__call__)
    )
