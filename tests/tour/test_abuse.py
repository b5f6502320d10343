"""However a tour is ended, at whichever stop: no hung thread, no traceback of the debugger's."""

import re
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from minitasks.scenarios import find_scenario
from minitasks.tour.tours import TOURS
from tests.tour.session import Session

pytestmark = pytest.mark.slow

STOPS = [(name, number) for name, stops in TOURS.items() for number in range(1, len(stops) + 1)]


def at_once(check: Callable[[str, int], None]) -> None:
    """Make a check at every stop of every tour, a few at a time: each waits for its session."""
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda stop: check(*stop), STOPS))


def assert_ended_cleanly(session: Session) -> str:
    """Wait for the end; nothing of the debugger is in what was said last. Gives those words."""
    words, code = session.end()
    assert "Traceback" not in words, words
    assert "BdbQuit" not in words, words
    assert code == 0
    return words


def test_q_leaves_at_every_stop() -> None:
    """`q` ends the program from the event loop as from a worker thread, whoever waits for it."""

    def quit_at(name: str, number: int) -> None:
        with Session(name, "--stop", str(number)) as session:
            assert session.type("q") is None, session.last_words
            assert_ended_cleanly(session)

    at_once(quit_at)


def test_an_exception_at_any_stop_ends_the_run_and_hangs_nothing() -> None:
    """What the program raises is shown, unless it handles it itself, and nothing of pdb's."""

    def raise_at(name: str, number: int) -> None:
        command = ("-m", "tests.tour.raise_at", str(number))
        with Session(name, "--stop", str(number), command=command) as session:
            while session.type("c") is not None:
                pass
            words, code = session.end()
        assert "BdbQuit" not in words
        shown = "ZeroDivisionError: raised by the test" in words
        assert code == (1 if shown else 0), words

    at_once(raise_at)
