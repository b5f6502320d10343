# feedback: your call was cancelled and left, while its thread was still at work
"""A cancelled caller leaves, and nobody hears how the thread's work ends."""

import functools
from typing import Any

import anyio.to_thread


async def run_in_threadpool(func: Any, *args: Any, **kwargs: Any) -> Any:
    bound_call = functools.partial(func, *args, **kwargs)
    return await anyio.to_thread.run_sync(bound_call, abandon_on_cancel=True)
