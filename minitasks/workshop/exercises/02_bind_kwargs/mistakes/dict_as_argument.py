# feedback: send(to='ada', subject='hello') was not called
"""The stars are forgotten: the dict becomes one positional argument."""

import functools
from typing import Any

import anyio.to_thread


async def run_in_threadpool(func: Any, *args: Any, **kwargs: Any) -> Any:
    return await anyio.to_thread.run_sync(functools.partial(func, kwargs), *args)
