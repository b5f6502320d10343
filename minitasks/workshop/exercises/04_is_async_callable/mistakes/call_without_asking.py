# feedback: AttributeError: 'NoneType' object has no attribute '__call__'
"""__call__ is read from whatever comes, also from what has none."""

import functools
import inspect
from typing import Any


def is_async_callable(obj: Any) -> bool:
    while isinstance(obj, functools.partial):
        obj = obj.func
    if isinstance(obj, type):
        return False
    return inspect.iscoroutinefunction(obj) or inspect.iscoroutinefunction(obj.__call__)
