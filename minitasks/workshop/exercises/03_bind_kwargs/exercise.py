"""Exercise 3: keyword arguments on their way into a worker thread."""

from typing import Any

import anyio.to_thread


async def run_in_threadpool(func: Any, *args: Any, **kwargs: Any) -> Any:
    """Call a sync function in a worker thread and return its result.

    Example:
        await run_in_threadpool(sorted, [2, 3, 1], reverse=True)  # [3, 2, 1]
    """
    # The keyword arguments get lost. run_sync has no place for them: see the README.
    return await anyio.to_thread.run_sync(func, *args)
