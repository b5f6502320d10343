"""Wrong: an executor of its own, so no token, no context and nobody who waits for a thread."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from minitasks.scenarios.signals import TIMEOUT
from tests.scenarios.wrong import adding, offloading

# However busy the machine is: without tokens, the four images of pool-of-tokens begin at once.
images = threading.Barrier(4)


async def run_in_threadpool(func: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    loop, executor = asyncio.get_running_loop(), ThreadPoolExecutor(1)

    def call() -> Any:
        if func.__name__ == "resize_image":
            images.wait(TIMEOUT)
        return func(*args, **kwargs)

    try:
        return await loop.run_in_executor(executor, call)
    finally:
        executor.shutdown(wait=False)


BackgroundTask = offloading(run_in_threadpool)
BackgroundTasks = adding(BackgroundTask)
