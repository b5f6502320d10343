# feedback: your call returned None
"""The result of the thread's work is awaited, and not returned."""

import functools
from typing import Any

import anyio.to_thread


async def run_in_threadpool(func: Any, *args: Any, **kwargs: Any) -> Any:
    await anyio.to_thread.run_sync(functools.partial(func, *args, **kwargs))
