# feedback: your sync function ran on the event loop's thread; while it ran, nothing else could
"""async def alone moves nothing: between two awaits the call still runs on the event loop."""

from typing import Any

import anyio.lowlevel


async def run_in_threadpool(func: Any, *args: Any, **kwargs: Any) -> Any:
    await anyio.lowlevel.checkpoint()
    result = func(*args, **kwargs)
    await anyio.lowlevel.checkpoint()
    return result
