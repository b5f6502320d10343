# feedback: A keyword argument arrives whatever its name
"""A parameter of its own, limiter, takes away the function's argument of that name."""

import functools
from typing import Any

import anyio.to_thread


async def run_in_threadpool(func: Any, *args: Any, limiter: Any = None, **kwargs: Any) -> Any:
    bound_call = functools.partial(func, *args, **kwargs)
    return await anyio.to_thread.run_sync(bound_call)
