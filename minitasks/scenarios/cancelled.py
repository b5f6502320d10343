"""A cancel scope waits for a thread; asyncio's cancel does not.

Look for:
- `call_slow_service` is async: when its time is up, its `await` raises and it ends there.
- `copy_file` is sync, and nothing stops a thread. The cancel scope of anyio waits for it.
- `send_confirmation_email` stands behind `copy_file`: it ends at its first await.
- `upload_file` is sync too. `task.cancel()`, which `asyncio.timeout` calls as well, does not wait:
  the caller goes on at once and its token is free again, while the thread still works.
"""

import asyncio
import contextlib
import time

import anyio
import anyio.to_thread

from minitasks.scenarios.library import Library
from minitasks.scenarios.marks import mark
from minitasks.scenarios.signals import Signal

begun = Signal()
cancelled = Signal()
done = Signal()


async def call_slow_service() -> None:
    await anyio.sleep(1)


def copy_file() -> None:
    begun.set()
    cancelled.block()
    time.sleep(0.05)


async def send_confirmation_email() -> None:
    await anyio.sleep(0)


def upload_file() -> None:
    begun.set()
    cancelled.block()
    time.sleep(0.05)
    done.set()


async def time_out(library: Library) -> None:
    with anyio.move_on_after(0.05):
        await library.BackgroundTask(call_slow_service)()
    mark("timeout over")


async def cancel_a_scope(library: Library) -> None:
    tasks = library.BackgroundTasks()
    tasks.add_task(copy_file)
    tasks.add_task(send_confirmation_email)
    async with anyio.create_task_group() as group:
        group.start_soon(tasks)
        await begun.given()
        mark("scope cancelled")
        group.cancel_scope.cancel()
        cancelled.set()
    mark("caller goes on")


async def cancel_with_asyncio(library: Library) -> None:
    limiter = anyio.to_thread.current_default_thread_limiter()
    caller = asyncio.create_task(library.BackgroundTask(upload_file)())
    await begun.given()
    mark("task cancelled")
    caller.cancel()
    await asyncio.wait([caller])
    mark(f"caller goes on, {limiter.borrowed_tokens:.0f} tokens taken")
    cancelled.set()
    await done.given()


def take_back_signals() -> None:
    for signal in (begun, cancelled, done):
        signal.clear()


async def main(library: Library) -> None:
    take_back_signals()
    await time_out(library)
    await cancel_a_scope(library)
    take_back_signals()
    # On trio there is no asyncio to cancel with.
    with contextlib.suppress(RuntimeError):
        asyncio.get_running_loop()
        await cancel_with_asyncio(library)
