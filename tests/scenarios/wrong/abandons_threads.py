"""Wrong: a cancelled caller does not wait for its thread."""

import functools
from collections.abc import Callable
from typing import Any

import anyio.to_thread

from tests.scenarios.wrong import adding, offloading


async def run_in_threadpool(func: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    call = functools.partial(func, *args, **kwargs)
    return await anyio.to_thread.run_sync(call, abandon_on_cancel=True)


BackgroundTask = offloading(run_in_threadpool)
BackgroundTasks = adding(BackgroundTask)
