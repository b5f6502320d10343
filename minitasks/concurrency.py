"""Concurrency: leave the event loop while a sync function runs. Beside starlette/concurrency.py."""

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import anyio.to_thread

P = ParamSpec("P")
T = TypeVar("T")


async def run_in_threadpool(func: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call a sync function in a worker thread and await its result.

    Rebuilds `run_in_threadpool` of starlette/concurrency.py.

    Args:
        func: The sync function to call.
        *args: Its positional arguments.
        **kwargs: Its keyword arguments. `func` can't be among them: this signature takes the name.

    Returns:
        What `func` returns.

    Raises:
        BaseException: Whatever `func` raises. A StopIteration arrives as a RuntimeError, for no
            coroutine may raise one.

    The call first waits for one of the default capacity limiter's tokens (40, unless changed). The
    worker thread runs in a copy of the caller's context: context variables travel in and do not
    travel back. A thread can't be stopped: an anyio cancel scope waits for it. asyncio's own
    cancellation (`task.cancel`, `asyncio.timeout`) does not: the caller goes on at once and its
    token is free, while the thread still works.

    Examples:
        >>> import anyio
        >>> anyio.run(run_in_threadpool, sorted, [2, 3, 1])
        [1, 2, 3]
    """
    # run_sync takes keyword arguments for itself (limiter, abandon_on_cancel)
    # and passes none on, so those of `func` are bound to it first.
    bound_call = functools.partial(func, **kwargs)
    result = await anyio.to_thread.run_sync(bound_call, *args)
    return result
