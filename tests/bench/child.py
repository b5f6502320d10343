"""Child: measure every case once, in this fresh process; print the figures as JSON.

    python -m tests.bench.child ORDER ROUNDS

ORDER are names of implementations, split by commas: who goes first in each round. In each round
every implementation does one batch, so that whatever disturbs a round disturbs them all.
"""

import asyncio
import dataclasses
import functools
import gc
import importlib.util
import json
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable, Mapping
from typing import Any

from minitasks.scenarios.library import Library
from tests.bench.cases import CASES, WAYS, Batch, load, save
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


async def time_batch(batch: Batch, clock: Callable[[], float]) -> float:
    """Tell how many seconds one batch takes, undisturbed by the garbage collector."""
    gc.collect()
    gc.disable()
    start = clock()
    await batch()
    seconds = clock() - start
    gc.enable()
    return seconds


async def time_rounds(
    batches: Mapping[str, Batch], rounds: int, clock: Callable[[], float] = time.perf_counter
) -> dict[str, list[float]]:
    """Let the batches take turns; give each one's seconds, round by round."""
    times: dict[str, list[float]] = {name: [] for name in batches}
    for _ in range(rounds + 1):
        for name, batch in batches.items():
            times[name].append(await time_batch(batch, clock))
    # The first round warms up.
    return {name: seconds[1:] for name, seconds in times.items()}


def compare(times: Mapping[str, list[float]], base: str, units: int) -> dict[str, Any]:
    """Give the median ratio to `base` over the rounds, paired, and the median time of a unit."""
    return {
        name: {
            "ratio": statistics.median(
                own / other for own, other in zip(seconds, times[base], strict=True)
            ),
            "nanoseconds": statistics.median(seconds) / units * 1e9,
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


def measure_memory(libraries: list[Library]) -> dict[str, Any]:
    kinds: dict[str, Callable[[Library], float]] = {
        "sync": lambda library: kept_bytes(library, load),
        "async": lambda library: kept_bytes(library, save),
        "with keywords": lambda library: kept_bytes(library, save, to="ada"),
    }
    figures: dict[str, Any] = {}
    for kind, count_bytes in kinds.items():
        kept = {each.name: count_bytes(each) for each in libraries}
        figures[kind] = {
            name: {"ratio": count / kept["starlette"], "bytes": count}
            for name, count in kept.items()
        }
    return figures


async def measure(libraries: list[Library], rounds: int) -> dict[str, Any]:
    figures: dict[str, Any] = {"cases": {}}
    for case in CASES:
        batches = {each.name: functools.partial(case.batch, each) for each in libraries}
        # A long batch is its own average: it needs fewer rounds.
        enough = rounds if case.units < 10_000 else max(2, rounds // 10)
        times = await time_rounds(batches, enough, case.clock)
        figures["cases"][case.name] = compare(times, "starlette", case.units)
    times = await time_rounds(WAYS, rounds)
    figures["ways"] = compare(times, "anyio.to_thread.run_sync", 100)
    figures["memory"] = measure_memory(libraries)
    return figures


def main() -> None:
    by_name = {library.name: library for library in (*LIBRARIES, control())}
    libraries = [by_name[name] for name in sys.argv[1].split(",")]
    print(json.dumps(asyncio.run(measure(libraries, int(sys.argv[2])))))


if __name__ == "__main__":
    main()
