"""Cases: what is measured. Each is a batch to be awaited again and again, in a running loop."""

import functools
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from minitasks.scenarios.library import Library

Batch = Callable[[Library], Awaitable[None]]


@dataclass(frozen=True)
class Case:
    """One row of the table: what is done, how many units of it by a batch, and its clock.

    Work that stays in its thread is timed by the thread's own clock, which stops while other
    programs have the processor.
    """

    name: str
    units: int
    batch: Batch
    clock: Callable[[], float] = time.thread_time


def load(*args: Any, **kwargs: Any) -> None: ...


async def save(*args: Any, **kwargs: Any) -> None: ...


@functools.wraps(load)
def decorated(*args: Any, **kwargs: Any) -> None:
    return load(*args, **kwargs)


class Sender:
    async def send(self) -> None: ...

    __call__ = send


def create(function: Callable[..., Any], **kwargs: Any) -> Batch:
    async def batch(library: Library) -> None:
        make = library.BackgroundTask
        for _ in range(1000):
            make(function, 1, **kwargs)

    return batch


async def create_lists(library: Library) -> None:
    make = library.BackgroundTasks
    for _ in range(1000):
        make()


def run_one(function: Callable[..., Any], **kwargs: Any) -> Batch:
    async def batch(library: Library) -> None:
        make = library.BackgroundTask
        for _ in range(1000):
            await make(function, 1, **kwargs)()

    return batch


def run_list(function: Callable[..., Any], length: int, repeat: int) -> Batch:
    async def batch(library: Library) -> None:
        make = library.BackgroundTasks
        for _ in range(repeat):
            tasks = make()
            for number in range(length):
                tasks.add_task(function, number)
            await tasks()

    return batch


def hop(**kwargs: Any) -> Batch:
    async def batch(library: Library) -> None:
        for _ in range(100):
            await library.run_in_threadpool(load, 1, **kwargs)

    return batch


CASES = [
    Case("create a sync task", 1000, create(load)),
    Case("create an async task", 1000, create(save)),
    Case("create one with keywords", 1000, create(save, to="ada")),
    Case("create one of a builtin", 1000, create(print)),
    Case("create one of a partial", 1000, create(functools.partial(save))),
    Case("create a decorated sync task", 1000, create(decorated)),
    Case("create one of a method", 1000, create(Sender().send)),
    Case("create one of an object", 1000, create(Sender())),
    Case("create an empty list", 1000, create_lists),
    Case("create and run an async task", 1000, run_one(save)),
    Case("create and run, with keywords", 1000, run_one(save, to="ada")),
    Case("build, run 10 async tasks", 1000, run_list(save, 10, 100)),
    Case("build, run 1,000 async tasks", 1000, run_list(save, 1000, 1)),
    Case("build, run 100,000 async tasks", 100_000, run_list(save, 100_000, 1)),
    Case("build, run 10 sync tasks", 100, run_list(load, 10, 10), time.perf_counter),
    Case("run_in_threadpool", 100, hop(), time.perf_counter),
    Case("run_in_threadpool, with keywords", 100, hop(to="ada"), time.perf_counter),
]
