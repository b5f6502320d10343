"""Wrong: keyword arguments are not passed on."""

from collections.abc import Callable
from typing import Any

import anyio.to_thread

from tests.scenarios.wrong import adding, offloading


async def run_in_threadpool(func: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    return await anyio.to_thread.run_sync(func, *args)


BackgroundTask = offloading(run_in_threadpool)
BackgroundTasks = adding(BackgroundTask)
