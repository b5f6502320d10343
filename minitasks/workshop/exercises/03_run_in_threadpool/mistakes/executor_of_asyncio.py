# feedback: your thread took no token of the default capacity limiter
"""asyncio's default executor: no capacity limiter of anyio's, no context variables, and no trio."""

import asyncio
import functools
from typing import Any


async def run_in_threadpool(func: Any, *args: Any, **kwargs: Any) -> Any:
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(None, functools.partial(func, *args, **kwargs))
