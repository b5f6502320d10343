"""Child: measure every case once, in this fresh process.

In each round every implementation does one batch, so that whatever disturbs a round disturbs them
all.
"""

import asyncio
import dataclasses
import gc
import importlib.util
import statistics
import tracemalloc
from collections.abc import Callable, Iterable
from typing import Any

from minitasks.scenarios.library import Library
from tests.bench.cases import CASES, Case, load, save
from tests.implementations import LIBRARIES, STARLETTE

CONTROL = "starlette again"
KEPT = 10_000


def control() -> Library:
    """Load Starlette's code once more: its ratio to itself is the noise."""
    spec = importlib.util.find_spec("starlette.background")
    assert spec is not None
    assert spec.loader is not None
    again = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(again)
    return dataclasses.replace(
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
