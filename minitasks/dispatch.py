"""Dispatch: does a call belong on the event loop or in a worker thread?

One function answers it, from the callable alone and before anything is called. Beside starlette/_utils.py.
"""

import functools
import sys
from typing import Any

# The marks that unittest.mock and other libraries leave on functions which only behave like coroutine
# functions are known to asyncio's version up to 3.12. From 3.13 inspect's version knows its own mark and covers
# them; asyncio's is deprecated in 3.14 and will be removed in 3.16.
if sys.version_info >= (3, 13):
    from inspect import iscoroutinefunction
else:
    from asyncio import iscoroutinefunction


def is_async_callable(obj: Any) -> bool:
    """Tell whether calling `obj` gives a coroutine to await.

    Rebuilds `is_async_callable` of starlette/_utils.py.

    Args:
        obj: Any object. Partials are unwrapped, however deeply nested.

    Returns:
        True for coroutine functions and bound methods, for partials of them, and for objects whose class
        has an async `__call__`. False for everything else; also for a class, because calling a class
        makes an instance, whatever that instance's own `__call__` does.

    Example:
        >>> async def save(item): ...
        >>> is_async_callable(functools.partial(save, "book"))
        True
        >>> is_async_callable(print)
        False
    """
    target = obj
    while isinstance(target, functools.partial):
        target = target.func

    if iscoroutinefunction(target):
        return True

    # Calling a class makes an instance; an async `__call__` in it is for that instance. Starlette finds that
    # method here, and later fails to await the instance.
    if isinstance(target, type):
        return False

    return callable(target) and iscoroutinefunction(target.__call__)
