"""Wrong: what a thread sets in its context is set for the caller, too."""

import contextvars
import functools
from collections.abc import Callable
from typing import Any

import anyio.to_thread

from tests.scenarios.wrong import adding, offloading


async def run_in_threadpool(func: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    context = contextvars.copy_context()
    call = functools.partial(context.run, func, *args, **kwargs)
    result = await anyio.to_thread.run_sync(call)
    for variable, value in context.items():
        variable.set(value)
    return result


BackgroundTask = offloading(run_in_threadpool)
BackgroundTasks = adding(BackgroundTask)
