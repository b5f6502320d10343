"""Wrong: an executor of its own, so no token, no context and nobody who waits for a thread."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import minitasks
from minitasks.scenarios.signals import TIMEOUT

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


class BackgroundTask(minitasks.BackgroundTask):
    async def __call__(self) -> None:
        if self.is_async:
            await super().__call__()
        else:
            await run_in_threadpool(self.func, *self.args, **self.kwargs)


class BackgroundTasks(minitasks.BackgroundTasks):
    def add_task(self, func: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        self.tasks.append(BackgroundTask(func, *args, **kwargs))
