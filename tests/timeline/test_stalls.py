"""Stalls: when it is said what held the event loop, and when it is not."""

import asyncio
import math
import queue
import re
import threading
import time
import weakref

import pytest

from minitasks.scenarios.marks import mark, watching
from minitasks.timeline import stalls
from minitasks.timeline.stalls import (
    EVERY,
    Stack,
    StallWatch,
    Times,
    Watched,
    held_at,
    locked_out_by,
    where_most,
)


def outer() -> None: ...


def inner() -> None: ...


IN_INNER: Stack = [
    (inner.__code__, "inner in lib.py:3"),
    (outer.__code__, "outer in lib.py:9"),
]
IN_OUTER: Stack = [(outer.__code__, "outer in lib.py:8")]


def test_the_innermost_function_that_was_mostly_there_is_named() -> None:
    """Not one that was there for a moment, and not the outermost."""
    assert where_most([IN_INNER, IN_INNER, IN_OUTER]) == "inner in lib.py:3"
    assert where_most([IN_INNER, IN_OUTER, IN_OUTER]) == "outer in lib.py:9"
    assert where_most([IN_INNER, [], []]) is None
    assert where_most([]) is None


def test_a_wait_is_told_where_the_watch_was_on_time() -> None:
    """It looked every ten milliseconds, and each time the loop stood in that function."""
    looks = int(0.2 / EVERY)
    assert held_at(0.2, 0, [IN_INNER] * looks) == (0.2, "inner in lib.py:3")


def test_a_computation_is_told_however_rarely_one_could_look() -> None:
    """The loop's thread had the processor: nobody else can have held it."""
    assert held_at(0.2, 0.19, [IN_INNER] * 2) == (0.2, "inner in lib.py:3")


def test_on_a_busy_machine_only_the_computed_time_is_told() -> None:
    """In the rest of the time the loop waited for the processor, and the watch did so as well."""
    assert held_at(0.5, 0.2, [IN_INNER] * 3) == (0.2, "inner in lib.py:3")
    assert held_at(0.5, 0.2, [IN_INNER] * 3 + [[]]) == (0.2 * 3 / 4, "inner in lib.py:3")


def test_a_thread_that_computes_and_lets_no_other_run_is_told() -> None:
    """Not where the loop itself had the processor, or other programs, or the watch could look."""
    before, now = Times(0, 0, 0, {2: 3}), Times(2, 0.01, 0.6, {1: 0.5, 2: 3.05, 3: 0.02})
    assert locked_out_by(before, now, looks=1, slow=50) == 1
    assert locked_out_by(before, now, looks=1, slow=600) is None
    assert locked_out_by(before, now, looks=100, slow=50) is None
    assert locked_out_by(before, now._replace(of_thread=0.4), looks=1, slow=50) is None
    in_turns = now._replace(of_process=1.6, others={1: 0.5, 2: 3.5, 3: 0.5})
    assert locked_out_by(before, in_turns, looks=1, slow=50) is None
    short = now._replace(of_process=0.19, others={1: 0.17})
    assert locked_out_by(before, short, looks=1, slow=1) is None
    assert locked_out_by(before._replace(of_thread=math.inf), now, looks=1, slow=50) is None


def test_of_a_thread_that_has_ended_since_no_ident_is_known() -> None:
    """Its time is what the process has had, and no thread that is there."""
    before, now = Times(0, 0, 0, {}), Times(2, 0.01, 0.9, {1: 0.1})
    assert locked_out_by(before, now, looks=1, slow=50) == 0


def test_what_the_own_code_holds_is_not_told() -> None:
    """An own function stands in the recording, and its stack is empty."""
    assert held_at(0.2, 0.2, [[]] * 20) == (0, None)


def test_what_is_quick_is_not_told() -> None:
    """Below --slow nothing is said; from it on, the milliseconds and the place."""
    asked, computed = time.perf_counter() - 0.2, time.thread_time() - 0.2
    loop = asyncio.new_event_loop()
    loop.close()
    ids = (threading.get_ident(), threading.get_native_id())
    for slow, said in ((10**9, 0), (200, 1)):
        heard: list[str] = []
        with watching(heard.append):
            it = Watched(loop, *ids, Times(asked, computed, 0, {}), [IN_INNER])
            StallWatch(slow, lambda file: False)._turn(it, asked, computed, threading.Event())
        assert len(heard) == said
        assert all(
            re.fullmatch(r"event loop held for \d+ ms by inner in lib.py:3", text) for text in heard
        )


def test_a_mark_of_the_loops_own_tells_of_the_lock_before_the_watch_can(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The loop turns when it leaves one; on a busy machine the watch gets its turn much later."""
    monkeypatch.setattr(stalls, "locked_out_by", lambda *args: 7)
    monkeypatch.setattr(stalls, "LOCKED", -1)
    monkeypatch.setattr(stalls, "EVERY", 600)  # the watch has no turn
    heard: list[str] = []
    watch = StallWatch(50, lambda file: False)

    async def leave_a_mark() -> None:
        watch.begin()
        mark("GET /books: 200 sent")

    with watching(watch.hear), watching(heard.append), watch.ending():
        asyncio.run(leave_a_mark())
        mark("outside the loop")
    held, sent, outside = heard
    assert re.fullmatch(r"event loop held for -?\d+ ms by thread 7", held)
    assert (sent, outside) == ("GET /books: 200 sent", "outside the loop")


def test_a_loop_that_does_not_turn_again_is_told_of_while_it_stands(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With the own function and its line, although a library's is the innermost."""
    monkeypatch.setattr(stalls, "FROZEN", 0.02)
    said: queue.Queue[str] = queue.Queue()

    async def freeze() -> None:
        watch.begin()
        texts.append(said.get())

    texts: list[str] = []
    watch = StallWatch(50, lambda file: file == __file__, when_frozen=said.put)
    with watch.ending():
        asyncio.run(freeze())
    line = freeze.__code__.co_firstlineno + 2
    place = f"freeze is at line {line} of {__file__}, `texts.append(said.get())`"
    assert texts == [f"The event loop has stood still for 0.02 s: {place}."]


def test_the_watch_keeps_nothing_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a function held that it saw is dropped in that function's thread, as without it."""
    monkeypatch.setattr(stalls, "FROZEN", 0.02)
    said: queue.Queue[str] = queue.Queue()
    dropped_in: list[int] = []

    async def hold() -> None:
        watch.begin()
        thing = threading.Event()
        weakref.finalize(thing, lambda: dropped_in.append(threading.get_ident()))
        said.get()

    watch = StallWatch(50, lambda file: False, when_frozen=said.put)
    with watch.ending():
        asyncio.run(hold())
    assert dropped_in == [threading.get_ident()]


def test_a_loop_that_runs_no_more_is_no_frozen_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether it was left open, or its thread has ended, or it runs again later."""
    monkeypatch.setattr(stalls, "FROZEN", 0.02)
    said: list[str] = []
    watch = StallWatch(50, lambda file: False, when_frozen=said.append)
    loop = asyncio.new_event_loop()

    async def begin() -> None:
        watch.begin()

    with watch.ending():
        thread = threading.Thread(target=loop.run_until_complete, args=(begin(),))
        thread.start()
        thread.join()
        assert not watch._is_over.wait(10 * stalls.FROZEN)
        loop.run_until_complete(asyncio.sleep(0))
    assert said == []
    loop.close()
