"""Recordings of the scenarios, each made once a session, in a process of its own.

Up to Python 3.11 a recording does not see the worker threads that an earlier run has left behind.
"""

import functools
import multiprocessing
import sys
from concurrent.futures import ProcessPoolExecutor

import pytest
from _pytest.mark.structures import ParameterSet

from minitasks.scenarios import all_scenarios, find_scenario
from minitasks.scenarios.library import load_library
from minitasks.timeline.record_scenario import ScenarioRun, record_scenario
from tests.implementations import FASTER_FILE
from tests.scenarios.wrong import WRONG

LIBRARIES = ("minitasks", "starlette", str(FASTER_FILE))
QUICK = ("starlette", "asyncio")


def runs_of(name: str) -> list[ParameterSet]:
    """List the runs of a scenario: on each library, on every event loop it allows.

    minitasks runs on all, Starlette on one; the others, which say the same once more, are slow.
    """
    return [
        pytest.param(
            (name, library, backend),
            id=f"{name} on {library} on {backend}",
            marks=() if library == "minitasks" or (library, backend) == QUICK else pytest.mark.slow,
        )
        for library in LIBRARIES
        for backend in find_scenario(name).backends
    ]


def recorded(name: str, library: str = "minitasks", backend: str = "asyncio") -> ScenarioRun:
    """Give the recording of a scenario; a library is also named as one of the wrong ones is."""
    return record_once(name, library, backend)


@functools.cache
def record_once(name: str, library: str, backend: str) -> ScenarioRun:
    return processes().submit(record_in_child, name, library, backend).result()


def record_in_child(name: str, library: str, backend: str) -> ScenarioRun:
    return record_scenario(
        find_scenario(name), WRONG.get(library) or load_library(library), backend
    )


@functools.cache
def processes() -> ProcessPoolExecutor:
    """Open a pool that runs each in a process of its own, forked where that is possible."""
    context = multiprocessing.get_context("spawn" if sys.platform == "win32" else "forkserver")
    scenarios = [f"minitasks.scenarios.{each.file.stem}" for each in all_scenarios()]
    context.set_forkserver_preload(
        [__name__, *scenarios, "trio", "uvicorn.protocols.http.h11_impl"]
    )
    return ProcessPoolExecutor(1, context, max_tasks_per_child=1)
