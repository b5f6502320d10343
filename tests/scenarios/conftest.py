"""Recordings of the scenarios, each made once a session, in a process of its own.

A test that takes `facts` names its scenario by its module's `NAME`, and runs on every event loop
that the scenario allows, on minitasks and on Starlette.
"""

import functools
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from pathlib import Path

import pytest

from minitasks.scenarios import find_scenario
from minitasks.timeline.facts import Facts
from minitasks.timeline.watch import Watched, fresh_processes, watch_in_child

WRONG = Path(__file__).with_name("wrong")
LIBRARIES = ("minitasks", "starlette")

Record = Callable[[str, str, str], Watched]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a test that takes `facts` each library on each event loop."""
    if "facts" in metafunc.fixturenames:
        backends = find_scenario(metafunc.module.NAME).backends
        runs = [(library, backend) for library in LIBRARIES for backend in backends]
        metafunc.parametrize("facts", runs, indirect=True, ids=map(" on ".join, runs))


@pytest.fixture(scope="session")
def record() -> Iterator[Record]:
    """Record a scenario by its name, on a library and an event loop; ask again for the same one."""
    with fresh_processes() as pool:
        yield functools.partial(recorded, functools.cache(functools.partial(submit, pool)))


def submit(pool: ProcessPoolExecutor, name: str, library: str, backend: str) -> Future[Watched]:
    """Begin a recording."""
    choice = library if library in LIBRARIES else str(WRONG / f"{library}.py")
    return pool.submit(watch_in_child, name, choice, backend)


def recorded(
    begin: Callable[[str, str, str], Future[Watched]], name: str, library: str, backend: str
) -> Watched:
    """Wait for a recording, while those that will be asked for next are begun."""
    if library in LIBRARIES:
        for each in find_scenario(name).backends:
            begin(name, library, each)
    return begin(name, library, backend).result()


@pytest.fixture
def facts(request: pytest.FixtureRequest, record: Record) -> Facts:
    """What the recording of the module's scenario tells."""
    library, backend = request.param
    watched = record(request.module.NAME, library, backend)
    assert not watched.error
    return Facts(watched.timeline)
