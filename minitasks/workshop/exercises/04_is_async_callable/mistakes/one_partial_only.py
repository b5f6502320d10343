# feedback: is_async_callable(a partial of a partial of such an object) should be True
"""if where while is needed: a partial may hold another."""

import functools
import inspect
from typing import Any


def is_async_callable(obj: Any) -> bool:
    if isinstance(obj, functools.partial):
        obj = obj.func
    if isinstance(obj, type) or not callable(obj):
        return False
    return inspect.iscoroutinefunction(obj) or inspect.iscoroutinefunction(obj.__call__)
