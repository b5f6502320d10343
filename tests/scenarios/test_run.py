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
    def write(main: Main, *backends: str) -> Scenario:
        monkeypatch.setattr(Scenario, "main", staticmethod(main))
        return Scenario("written", "", "", (), backends, Path("written.py"))

    return write


async def never(library: Library) -> None:
    raise AssertionError("not to be run")


def event_loop() -> str:
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


@pytest.mark.parametrize(
    ("backend", "reason"),
    [
        ("trio", "written does not run on trio: choose asyncio or uvloop"),
        ("uvloop", "uvloop is missing: python -m pip install uvloop"),
    ],
)
def test_it_says_what_it_cannot_run_on(
    written: Write, monkeypatch: pytest.MonkeyPatch, backend: str, reason: str
) -> None:
    """A server runs on no trio; uvloop is not there on Windows, nor without the extra."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(CannotRun, match=f"^{reason}$"):
        run_scenario(written(never, "asyncio", "uvloop"), load_library("minitasks"), backend)


def test_what_it_raises_is_raised(written: Write) -> None:
    """Whoever runs a scenario sees its exception."""

    async def main(library: Library) -> None:
        raise LookupError("lost")

    with pytest.raises(LookupError, match="lost"):
        run_scenario(written(main, "asyncio"), load_library("minitasks"))
