# feedback: but saw args=() kwargs={
"""The partial takes the keyword arguments, and the positional ones are left behind."""

import functools
from typing import Any

import anyio.to_thread


async def run_in_threadpool(func: Any, *args: Any, **kwargs: Any) -> Any:
    return await anyio.to_thread.run_sync(functools.partial(func, **kwargs))
