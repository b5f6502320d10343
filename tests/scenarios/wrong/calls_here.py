"""Wrong: run_in_threadpool calls the function where it is."""

from collections.abc import Callable
from typing import Any

from minitasks import BackgroundTask as BackgroundTask
from minitasks import BackgroundTasks as BackgroundTasks


async def run_in_threadpool(func: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    return func(*args, **kwargs)
