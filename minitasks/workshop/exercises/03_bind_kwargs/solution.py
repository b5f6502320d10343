"""Exercise 3, solved: keyword arguments on their way into a worker thread."""

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import anyio.to_thread

P = ParamSpec("P")
T = TypeVar("T")


async def run_in_threadpool(func: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call a sync function in a worker thread and return its result."""
    # run_sync's own keywords (limiter, abandon_on_cancel) stand where func's would: bound
    # beforehand, func's can have any names. A lambda would do as well, but a partial shows in a
    # debugger what it will call.
    bound_call = functools.partial(func, **kwargs)
    result = await anyio.to_thread.run_sync(bound_call, *args)
    return result
