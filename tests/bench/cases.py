"""Cases: what is measured, each a batch to be awaited again and again; and each measured once.

In each round every implementation does one batch, so that whatever disturbs a round disturbs them
all. The process is a fresh one.
"""

import asyncio
import functools
import gc
import importlib.util
import statistics
import time
import tracemalloc
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from minitasks.scenarios.library import Library
from tests.implementations import LIBRARIES, STARLETTE

CONTROL = "starlette again"
KEPT = 10_000

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


def control() -> Library:
    """Load Starlette's code once more: its ratio to itself is the noise."""
    spec = importlib.util.find_spec("starlette.background")
    assert spec is not None
    assert spec.loader is not None
    again = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(again)
    return replace(
        STARLETTE,
        name=CONTROL,
        BackgroundTask=again.BackgroundTask,
        BackgroundTasks=again.BackgroundTasks,
    )


async def time_batch(case: Case, library: Library) -> float:
    gc.collect()
    gc.disable()
    start = case.clock()
    await case.batch(library)
    seconds = case.clock() - start
    gc.enable()
    return seconds


async def time_case(case: Case, libraries: Iterable[Library], rounds: int) -> dict[str, Any]:
    """Let the implementations take turns; give each one's median ratio, and time of a unit."""
    times: dict[str, list[float]] = {each.name: [] for each in libraries}
    for _ in range(rounds + 1):
        for library in libraries:
            times[library.name].append(await time_batch(case, library))
    # The first round warms up.
    base = times["starlette"][1:]
    return {
        name: {
            "ratio": statistics.median(
                own / other for own, other in zip(seconds[1:], base, strict=True)
            ),
            "size": statistics.median(seconds[1:]) / case.units * 1e6,
        }
        for name, seconds in times.items()
    }


def kept_bytes(library: Library, function: Callable[..., Any], **kwargs: Any) -> float:
    """Tell how many bytes one queued task keeps, the list's own slot included."""
    tracemalloc.start()
    tasks = library.BackgroundTasks()
    before = tracemalloc.get_traced_memory()[0]
    for _ in range(KEPT):
        tasks.add_task(function, 1, **kwargs)
    after = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return (after - before) / KEPT


def measure_memory(libraries: Iterable[Library]) -> dict[str, Any]:
    kinds = {"sync": (load, {}), "async": (save, {}), "with keywords": (save, {"to": "ada"})}
    figures: dict[str, Any] = {}
    for kind, (function, kwargs) in kinds.items():
        kept = {each.name: kept_bytes(each, function, **kwargs) for each in libraries}
        base = kept["starlette"]
        figures[kind] = {name: {"ratio": each / base, "size": each} for name, each in kept.items()}
    return figures


def measure(order: list[str], rounds: int) -> dict[str, Any]:
    by_name = {library.name: library for library in (*LIBRARIES, control())}
    libraries = [by_name[name] for name in order]
    cases = {}
    for case in CASES:
        # A long batch is its own average: it needs fewer rounds.
        enough = rounds if case.units < 10_000 else max(2, rounds // 10)
        cases[case.name] = asyncio.run(time_case(case, libraries, enough))
    return {"cases": cases, "memory": measure_memory(libraries)}
