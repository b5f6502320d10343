"""A sync task runs in a worker thread: the event loop goes on.

Look for:
- `write_report` blocks its thread until the heart of the event loop has beaten three times.
- It runs in a worker thread, so that the heart can beat: the event loop is free.
- `main`, which awaits the task, is suspended until the thread is done.
"""

from minitasks.scenarios.library import Library
from minitasks.scenarios.signals import Heart, heartbeat


def write_report(pages: int, heart: Heart) -> None:
    for _ in range(pages):
        heart.block_for_a_beat()


async def main(library: Library) -> None:
    async with heartbeat() as heart:
        task = library.BackgroundTask(write_report, 3, heart)
        await task()
