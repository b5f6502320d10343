# feedback: run_sync() got an unexpected keyword argument 'to'
"""The keyword arguments are handed to run_sync, which takes them for its own."""

from typing import Any

import anyio.to_thread


async def run_in_threadpool(func: Any, *args: Any, **kwargs: Any) -> Any:
    return await anyio.to_thread.run_sync(func, *args, **kwargs)
