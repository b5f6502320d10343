"""Stalls: when it is said what held the event loop, and when it is not."""

import threading
import time

from minitasks.scenarios.marks import watching
from minitasks.timeline.stalls import EVERY, Stack, StallWatch, where_most


def outer() -> None: ...


def inner() -> None: ...


IN_INNER: Stack = [
    (inner.__code__, "inner in lib.py:3"),
    (outer.__code__, "outer in lib.py:9"),
]
IN_OUTER: Stack = [(outer.__code__, "outer in lib.py:8")]


def told(milliseconds: float, computed: float, stacks: list[Stack]) -> list[str]:
    """Let a turn come so many milliseconds late, of which the loop computed so many; hear."""
    said: list[str] = []
    watch = StallWatch(50, is_own=lambda file: False)
    began = time.perf_counter() - milliseconds / 1000, time.thread_time() - computed / 1000
    turned = threading.Event()
    with watching(said.append):
        watch._turn(began, stacks, turned)
    assert turned.is_set()
    return [text.replace("event loop held for ", "").partition(" ms by ")[2] for text in said]


def test_the_innermost_function_that_was_mostly_there_is_named() -> None:
    """Not one that was there for a moment, and not the outermost."""
    assert where_most([IN_INNER, IN_INNER, IN_OUTER]) == "inner in lib.py:3"
    assert where_most([IN_INNER, IN_OUTER, IN_OUTER]) == "outer in lib.py:9"
    assert where_most([IN_INNER, [], []]) is None
    assert where_most([]) is None


def test_a_wait_is_told_where_the_watch_was_on_time() -> None:
    """It looked every ten milliseconds, and each time the loop stood in that function."""
    looks = int(0.2 / EVERY)
    assert told(200, 0, [IN_INNER] * looks) == ["inner in lib.py:3"]


def test_a_computation_is_told_however_rarely_one_could_look() -> None:
    """The loop's thread had the processor: nobody else can have held it."""
    assert told(200, 190, [IN_INNER] * 2) == ["inner in lib.py:3"]


def test_a_busy_machine_is_blamed_on_nobody() -> None:
    """Neither did the loop's thread compute, nor could the watch look as often as it wants to."""
    assert told(200, 20, [IN_INNER] * 3) == []


def test_what_is_quick_and_what_the_own_code_holds_is_not_told() -> None:
    """Below --slow nothing is; an own function stands in the recording, and its stack is empty."""
    assert told(40, 40, [IN_INNER] * 4) == []
    assert told(200, 200, [[]] * 20) == []
