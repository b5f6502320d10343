# feedback: your sync function ran on the event loop's thread
"""The call is made at once, on the event loop's thread; only its result visits the worker."""

from typing import Any

import anyio.to_thread


async def run_in_threadpool(func: Any, *args: Any, **kwargs: Any) -> Any:
    result = func(*args, **kwargs)
    return await anyio.to_thread.run_sync(lambda: result)
