"""Try each way out and print the table: every cell is what has just happened.

`python table.py`
"""

import os
import threading
import time
from collections.abc import Awaitable, Callable
from contextvars import ContextVar

import anyio
import anyio.to_thread
from ways import WAYS, Way

user: ContextVar[str] = ContextVar("user", default="nobody")


async def at_once(way: Way) -> str:
    """Make a hundred calls that block, and count the threads that are in one."""
    gate = threading.Event()
    inside: list[int] = []

    def work() -> None:
        inside.append(1)
        gate.wait()

    async with anyio.create_task_group() as group:
        for _ in range(100):
            group.start_soon(way, work)
        count = await anyio.to_thread.run_sync(
            settled, inside, limiter=anyio.CapacityLimiter(1)
        )
        gate.set()
    of_cpus = min(32, (getattr(os, "process_cpu_count", os.cpu_count)() or 1) + 4)
    return "CPUs + 4, 32 at most" if count == of_cpus else str(count)


def settled(inside: list[int]) -> int:
    """Wait until no more come in."""
    count = -1
    while count != len(inside):
        count = len(inside)
        time.sleep(0.2)
    return count


async def context(way: Way) -> str:
    """Set a context variable, and look for it in the thread."""
    user.set("ada")
    return "travel in" if await way(user.get) == "ada" else "don't travel"


async def keywords(way: Way) -> str:
    """Pass a keyword argument."""
    try:
        await way(dict, name="ada")
    except TypeError:
        return "not passed on"
    return "passed on"


async def cancellation(way: Way) -> str:
    """Cancel the caller while the thread is at work; see who is done first."""
    begun, left = threading.Event(), threading.Event()
    saw_it_leave: list[bool] = []

    def work() -> None:
        begun.set()
        saw_it_leave.append(left.wait(0.3))

    async with anyio.create_task_group() as group:
        group.start_soon(way, work)
        await anyio.to_thread.run_sync(begun.wait, limiter=anyio.CapacityLimiter(1))
        group.cancel_scope.cancel()
    left.set()
    while not saw_it_leave:
        await anyio.sleep(0.01)
    return "leaves the thread" if saw_it_leave[0] else "waits for the thread"


async def nothing(way: Way) -> str:
    """Make a call that does nothing."""
    await way(int)
    return "yes"


def on_trio(way: Way) -> str:
    """Run on trio's event loop."""
    try:
        return anyio.run(nothing, way, backend="trio")
    except (RuntimeError, TypeError):
        return "no"


def on_asyncio(probe: Callable[[Way], Awaitable[str]]) -> Callable[[Way], str]:
    """Make a probe that runs on asyncio's event loop."""

    def probe_and_wait(way: Way) -> str:
        return anyio.run(probe, way)

    return probe_and_wait


COLUMNS: dict[str, Callable[[Way], str]] = {
    "Threads at once": on_asyncio(at_once),
    "Context variables": on_asyncio(context),
    "Keyword arguments": on_asyncio(keywords),
    "Cancelled by anyio's scope": on_asyncio(cancellation),
    "Runs on trio": on_trio,
}


def main() -> None:
    """Print the table in Markdown."""
    print("| Way | " + " | ".join(COLUMNS) + " |")
    print("| --- " * (len(COLUMNS) + 1) + "|")
    for name, way in WAYS.items():
        print(
            f"| `{name}` | "
            + " | ".join(probe(way) for probe in COLUMNS.values())
            + " |"
        )


if __name__ == "__main__":
    main()
