"""Run: a scenario on an event loop, or one line on why not."""

import asyncio
import importlib.util
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
import trio

from minitasks.errors import CannotRun
from minitasks.scenarios import Scenario
from minitasks.scenarios.library import Library, load_library
from minitasks.scenarios.run import run_scenario

Main = Callable[[Library], Awaitable[None]]
Write = Callable[..., Scenario]


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Write:
    """Make a scenario of a program that a test has written."""

    def write(main: Main, *backends: str) -> Scenario:
        monkeypatch.setattr(Scenario, "main", staticmethod(main))
        return Scenario("written", "", "", (), backends, Path("written.py"))

    return write


async def never(library: Library) -> None:
    raise AssertionError("not to be run")


def event_loop() -> str:
    """Name the event loop that runs."""
    try:
        trio.lowlevel.current_task()
    except RuntimeError:
        return type(asyncio.get_running_loop()).__module__.partition(".")[0]
    return "trio"


@pytest.mark.parametrize("backend", ["asyncio", "trio", "uvloop"])
def test_it_runs_on_the_event_loop_asked_for(written: Write, backend: str) -> None:
    """The scenario gets the library, and runs on that event loop and no other."""
    seen: list[tuple[str, Library]] = []

    async def main(library: Library) -> None:
        seen.append((event_loop(), library))

    library = load_library("minitasks")
    run_scenario(written(main, "asyncio", "trio", "uvloop"), library, backend)
    assert seen == [(backend, library)]


def test_it_says_which_event_loops_there_are(written: Write) -> None:
    """A server runs on asyncio only; a name that nobody knows runs nowhere."""
    with pytest.raises(
        CannotRun, match=r"^written does not run on trio: choose asyncio or uvloop$"
    ):
        run_scenario(written(never, "asyncio", "uvloop"), load_library("minitasks"), "trio")


def test_it_says_what_is_missing(written: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """uvloop is not there on Windows, nor without the extra."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(CannotRun, match=r"^uvloop is missing: python -m pip install uvloop$"):
        run_scenario(written(never, "asyncio", "uvloop"), load_library("minitasks"), "uvloop")


def test_what_it_raises_is_raised(written: Write) -> None:
    """Whoever runs a scenario sees its exception."""

    async def main(library: Library) -> None:
        raise LookupError("lost")

    with pytest.raises(LookupError, match="lost"):
        run_scenario(written(main, "asyncio"), load_library("minitasks"))
