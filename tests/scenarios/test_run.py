"""Run: a scenario on an event loop, what is waited for under way, and the marks that are left."""

import asyncio
import gc
import importlib.util
import signal
import sys
import threading
import warnings

import anyio.to_thread
import pytest
import trio

from minitasks.errors import CannotRun
from minitasks.scenarios import Scenario, find_scenario
from minitasks.scenarios.library import Library, load_library
from minitasks.scenarios.marks import mark, warnings_as_marks, watching
from minitasks.scenarios.run import run_scenario
from minitasks.scenarios.signals import TIMEOUT, Heart, Signal
from minitasks.tracing.steps import callers
from minitasks.tracing.threads import wait_for_threads


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


@pytest.mark.anyio
async def test_nobody_waits_for_ever(anyio_backend: str) -> None:
    """Without the signal a thread is told so, once its time is up."""
    signal = Signal()
    signal.set()
    signal.clear()
    assert await anyio.to_thread.run_sync(signal.block, 0.01) is False


@pytest.mark.anyio
async def test_a_frozen_heart_is_waited_for_only_once(
    anyio_backend: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thread that has waited in vain does not wait for the next beats, too."""
    waits = []
    heart = Heart()

    class Never(threading.Condition):
        def wait(self, timeout: float | None = None) -> bool:
            waits.append(timeout)
            return False

    monkeypatch.setattr(heart, "_beaten", Never())
    heart.block_for_a_beat()
    heart.block_for_a_beat()
    assert waits == [TIMEOUT]


def test_every_watcher_hears_a_mark_on_the_thread_that_left_it() -> None:
    """Two watch; a thread leaves a mark; both have heard it there; without one it goes unheard."""
    heard = []

    def hear(text: str) -> None:
        heard.append((threading.current_thread().name, text))

    mark("before")
    with watching(hear), watching(hear):
        thread = threading.Thread(target=mark, args=("here",), name="another")
        thread.start()
        thread.join()
    mark("after")
    assert heard == [("another", "here"), ("another", "here")]


def test_a_warning_becomes_a_mark() -> None:
    """A coroutine that is thrown away tells so in the recording, not on the terminal."""
    heard: list[str] = []

    async def send() -> None:
        pass

    with watching(heard.append), warnings_as_marks():
        thrown_away = send()
        del thrown_away
        gc.collect()
        for _ in range(2):
            warnings.warn("twice", UserWarning, stacklevel=1)
    assert heard == [
        f"RuntimeWarning: coroutine '{send.__qualname__}' was never awaited",
        "UserWarning: twice",
        "UserWarning: twice",
    ]
