# feedback: is_async_callable(a partial of an object with async __call__) should be True
"""inspect finds a function behind a partial; nobody looks there for an async __call__."""

import inspect
from typing import Any


def is_async_callable(obj: Any) -> bool:
    if isinstance(obj, type) or not callable(obj):
        return False
    return inspect.iscoroutinefunction(obj) or inspect.iscoroutinefunction(obj.__call__)
