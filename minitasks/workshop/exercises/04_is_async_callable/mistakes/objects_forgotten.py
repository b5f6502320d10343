# feedback: is_async_callable(an object with async def __call__) should be True
"""Partials are looked through, callable objects are not."""

import functools
import inspect
from typing import Any


def is_async_callable(obj: Any) -> bool:
    while isinstance(obj, functools.partial):
        obj = obj.func
    return inspect.iscoroutinefunction(obj)
