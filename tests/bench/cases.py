"""Cases: what is measured. Each makes a batch to be awaited again and again, in a running loop."""

import asyncio
import functools
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import anyio.to_thread

from minitasks.scenarios.library import Library

Batch = Callable[[], Awaitable[None]]


@dataclass(frozen=True)
class Case:
    """One row of the table.

    Attributes:
        name: What is done.
        unit: What one number counts.
        units: How many units a batch does.
        batch: Makes the batch for an implementation.
        clock: What a batch is timed by. Work that stays in its thread is timed by the thread's own
            clock, which stops while other programs have the processor.
    """

    name: str
    unit: str
    units: int
    batch: Callable[[Library], Batch]
    clock: Callable[[], float] = time.thread_time


def load(*args: Any, **kwargs: Any) -> None:
    """Stand for a sync task that costs nothing itself."""


async def save(*args: Any, **kwargs: Any) -> None:
    """Stand for an async task that costs nothing itself."""


@functools.wraps(load)
def decorated(*args: Any, **kwargs: Any) -> None:
    """Stand for a sync task that a decorator has wrapped."""
    return load(*args, **kwargs)


class Sender:
    """Callables of other shapes."""

    async def send(self) -> None:
        """Be an async method."""

    async def __call__(self) -> None:
        """Be an async call."""


def create(function: Callable[..., Any], **kwargs: Any) -> Callable[[Library], Batch]:
    """Make tasks, one at a time."""

    def build(library: Library) -> Batch:
        make = library.BackgroundTask

        async def batch() -> None:
            for _ in range(1000):
                make(function, 1, **kwargs)

        return batch

    return build


def create_lists(library: Library) -> Batch:
    """Make empty lists of tasks, as a request does that has none."""
    make = library.BackgroundTasks

    async def batch() -> None:
        for _ in range(1000):
            make()

    return batch


def run_one(function: Callable[..., Any], **kwargs: Any) -> Callable[[Library], Batch]:
    """Make one async task and await it."""

    def build(library: Library) -> Batch:
        make = library.BackgroundTask

        async def batch() -> None:
            for _ in range(1000):
                await make(function, 1, **kwargs)()

        return batch

    return build


def run_list(length: int, repeat: int) -> Callable[[Library], Batch]:
    """Build a list of async tasks and await it, as a request does."""

    def build(library: Library) -> Batch:
        make = library.BackgroundTasks

        async def batch() -> None:
            for _ in range(repeat):
                tasks = make()
                for number in range(length):
                    tasks.add_task(save, number)
                await tasks()

        return batch

    return build


def run_sync_list(library: Library) -> Batch:
    """Build a list of ten sync tasks and await it."""

    async def batch() -> None:
        for _ in range(10):
            tasks = library.BackgroundTasks()
            for number in range(10):
                tasks.add_task(load, number)
            await tasks()

    return batch


def hop(**kwargs: Any) -> Callable[[Library], Batch]:
    """Go into a worker thread and come back."""

    def build(library: Library) -> Batch:
        async def batch() -> None:
            for _ in range(100):
                await library.run_in_threadpool(load, 1, **kwargs)

        return batch

    return build


CASES = [
    Case("create a sync task", "task", 1000, create(load)),
    Case("create an async task", "task", 1000, create(save)),
    Case("create one with keywords", "task", 1000, create(save, to="ada")),
    Case("create one of a builtin", "task", 1000, create(print)),
    Case("create one of a partial", "task", 1000, create(functools.partial(save))),
    Case("create a decorated sync task", "task", 1000, create(decorated)),
    Case("create one of a method", "task", 1000, create(Sender().send)),
    Case("create one of an object", "task", 1000, create(Sender())),
    Case("create an empty list", "list", 1000, create_lists),
    Case("create and run an async task", "task", 1000, run_one(save)),
    Case("create and run, with keywords", "task", 1000, run_one(save, to="ada")),
    Case("build, run 10 async tasks", "task", 1000, run_list(10, 100)),
    Case("build, run 1,000 async tasks", "task", 1000, run_list(1000, 1)),
    Case("build, run 100,000 async tasks", "task", 100_000, run_list(100_000, 1)),
    Case("build, run 10 sync tasks", "task", 100, run_sync_list, time.perf_counter),
    Case("run_in_threadpool", "hop", 100, hop(), time.perf_counter),
    Case("run_in_threadpool, with keywords", "hop", 100, hop(to="ada"), time.perf_counter),
]


# -- other ways into a thread ---------------------------------------------------------------------


def by_anyio() -> Batch:
    """anyio.to_thread.run_sync: what run_in_threadpool stands on."""

    async def batch() -> None:
        for _ in range(100):
            await anyio.to_thread.run_sync(load, 1)

    return batch


def by_asyncio() -> Batch:
    """asyncio.to_thread."""

    async def batch() -> None:
        for _ in range(100):
            await asyncio.to_thread(load, 1)

    return batch


def by_executor() -> Batch:
    """submit().result(), which blocks the caller and so needs no event loop."""
    executor = ThreadPoolExecutor()

    async def batch() -> None:
        for _ in range(100):
            executor.submit(load, 1).result()

    return batch


WAYS = {
    "anyio.to_thread.run_sync": by_anyio,
    "asyncio.to_thread": by_asyncio,
    "ThreadPoolExecutor.submit().result()": by_executor,
}
