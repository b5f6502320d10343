"""Recordings of the scenarios, each made once a session, in a process of its own."""

import atexit
import functools
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
from _pytest.mark.structures import ParameterSet

from minitasks.scenarios import find_scenario
from minitasks.timeline.record_scenario import ScenarioRun
from tests.fresh_processes import fresh_processes, record_in_child
from tests.implementations import FASTER_FILE

WRONG = Path(__file__).parent / "scenarios" / "wrong"
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
    return begin(name, library, backend).result()


@functools.cache
def begin(name: str, library: str, backend: str) -> Future[ScenarioRun]:
    choice = library if library in LIBRARIES else str(WRONG / f"{library}.py")
    return processes().submit(record_in_child, name, choice, backend)


@functools.cache
def processes() -> ProcessPoolExecutor:
    stack = ExitStack()
    atexit.register(stack.close)
    return stack.enter_context(fresh_processes())
