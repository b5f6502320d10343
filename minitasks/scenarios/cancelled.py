"""A timeout stops an async task; nothing stops a thread.

Look for:
- `call_slow_service` is async: when its time is up, its `await` raises and it ends there.
- `copy_file` is sync: the shutdown comes while it runs, and its thread goes on to the end.
- The shutdown waits for that thread.
- `send_confirmation_email` stands behind `copy_file`: it ends at its first await.
"""

import time

import anyio

from minitasks.scenarios.library import Library
from minitasks.scenarios.marks import mark
from minitasks.scenarios.signals import Signal

NEEDS = ("BackgroundTask", "BackgroundTasks")
BACKENDS = ("asyncio", "trio", "uvloop")

copy_begun = Signal()
shutdown_begun = Signal()


async def call_slow_service() -> None:
    await anyio.sleep(1)


def copy_file() -> None:
    copy_begun.set()
    shutdown_begun.block()
    time.sleep(0.05)


async def send_confirmation_email() -> None:
    await anyio.sleep(0)


async def time_out(library: Library) -> None:
    with anyio.move_on_after(0.05):
        await library.BackgroundTask(call_slow_service)()
    mark("timeout over")


async def shut_down(library: Library) -> None:
    tasks = library.BackgroundTasks()
    tasks.add_task(copy_file)
    tasks.add_task(send_confirmation_email)
    async with anyio.create_task_group() as group:
        group.start_soon(tasks)
        await copy_begun.wait()
        mark("shutdown begins")
        group.cancel_scope.cancel()
        shutdown_begun.set()
    mark("shutdown over")


async def main(library: Library) -> None:
    copy_begun.clear()
    shutdown_begun.clear()
    await time_out(library)
    await shut_down(library)
