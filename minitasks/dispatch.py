"""Dispatch: does a call belong on the event loop or in a worker thread?

One function answers, from the callable alone, before anything is called. Beside
starlette/_utils.py.
"""

import functools
import sys
from typing import Any

# Mocks and other wrappers only behave like coroutine functions, and carry a mark that says so. Up
# to 3.12 asyncio's version alone knows every such mark; from 3.13 inspect's does, and asyncio's is
# deprecated in 3.14.
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
        True for coroutine functions and methods, for partials of them, and for objects whose class
        has an async `__call__`. False for everything else; also for that class itself, because
        calling a class makes an instance.

    Examples:
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

    # Python looks `__call__` up on the type, and so must we. Starlette reads it
    # from the object: for a class, that is its instances' method.
    return callable(target) and iscoroutinefunction(type(target).__call__)
