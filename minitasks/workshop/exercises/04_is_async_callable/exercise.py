"""Exercise 4: does a call belong on the event loop or in a worker thread?"""

import inspect
from typing import Any


def is_async_callable(obj: Any) -> bool:
    """Tell, without calling it, whether calling `obj` gives a coroutine to await.

    Example:
        is_async_callable(async_function)  # True
        is_async_callable(print)           # False
        is_async_callable(Sender())        # True, if Sender has an async __call__: not yet
    """
    return inspect.iscoroutinefunction(obj)
