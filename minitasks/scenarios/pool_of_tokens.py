"""A sync task needs a token of the thread limiter, or waits.

Look for:
- Four sync tasks are handed over at once, but the limiter has two tokens (by default it has 40).
- Two images are resized side by side, never more.
- The third begins only when one of the first two has returned its token.
- Those that wait are suspended on the event loop: no thread is blocked by waiting.
"""

import contextlib
import threading
import time

import anyio
import anyio.to_thread

from minitasks.scenarios.library import Library
from minitasks.scenarios.signals import TIMEOUT

TOKENS = 2

side_by_side = threading.Barrier(TOKENS)


def resize_image(number: int) -> None:
    # However busy the machine is: two that may run at once do.
    with contextlib.suppress(threading.BrokenBarrierError):
        side_by_side.wait(TIMEOUT)
    time.sleep(0.05)


async def offload(library: Library, number: int) -> None:
    task = library.BackgroundTask(resize_image, number)
    await task()


async def main(library: Library) -> None:
    side_by_side.reset()
    limiter = anyio.to_thread.current_default_thread_limiter()
    limiter.total_tokens = TOKENS
    async with anyio.create_task_group() as group:
        for number in range(1, 5):
            group.start_soon(offload, library, number)
