"""Run: a scenario on an event loop, or one line on why not."""

import asyncio
import importlib.util
import signal
import sys
import threading

import pytest
import trio

from minitasks.errors import CannotRun
from minitasks.scenarios import Scenario, find_scenario
from minitasks.scenarios.library import Library, load_library
from minitasks.scenarios.run import run_scenario, wait_for_threads
from minitasks.tracing.steps import callers


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


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGINT to send")
def test_ctrl_c_ends_the_wait_for_a_programs_threads() -> None:
    """It is no failure of the program, and nothing is raised."""
    before, may_end = set(threading.enumerate()), threading.Event()
    main = threading.get_ident()

    def interrupt() -> None:
        while "join" not in [x.f_code.co_name for x in callers(sys._current_frames()[main])]:
            may_end.wait(0.001)
        signal.pthread_kill(main, signal.SIGINT)
        may_end.wait()

    thread = threading.Thread(target=interrupt)
    thread.start()
    handler = signal.signal(signal.SIGINT, signal.default_int_handler)
    wait_for_threads(before)
    signal.signal(signal.SIGINT, handler)
    assert not may_end.is_set()
    may_end.set()
    thread.join()
