"""Run: a scenario on an event loop, or one line on why not."""

import asyncio
import importlib.util

import pytest
import trio

from minitasks.errors import CannotRun
from minitasks.scenarios import Scenario, find_scenario
from minitasks.scenarios.library import Library, load_library
from minitasks.scenarios.run import run_scenario


def event_loop() -> str:
    try:
        trio.lowlevel.current_task()
    except RuntimeError:
        return type(asyncio.get_running_loop()).__module__.partition(".")[0]
    return "trio"


@pytest.mark.parametrize("backend", ["asyncio", "trio", "uvloop"])
def test_it_runs_on_the_event_loop_asked_for(monkeypatch: pytest.MonkeyPatch, backend: str) -> None:
    """The scenario gets the library, and runs on that event loop and no other."""
    seen: list[tuple[str, Library]] = []

    async def main(library: Library) -> None:
        seen.append((event_loop(), library))

    library = load_library("minitasks")
    monkeypatch.setattr(Scenario, "main", staticmethod(main))
    run_scenario(find_scenario("in-order"), library, backend)
    assert seen == [(backend, library)]


def test_an_event_loop_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """uvloop is not there on Windows, nor without the extra."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(CannotRun, match=r"^uvloop is missing: python -m pip install uvloop$"):
        run_scenario(find_scenario("in-order"), load_library("minitasks"), "uvloop")
