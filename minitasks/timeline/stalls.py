"""Stalls: what holds an event loop in code that is not recorded, or in another thread.

A thread asks the loop for a turn every few milliseconds. While the turn does not come, it looks
where the loop's thread stands. What the program's own code does there stands in the recording.
Where another thread keeps the interpreter's lock (the GIL), neither the loop nor the watch can run:
who it was is told by the processor time that each thread took meanwhile.
"""

import _thread
import asyncio
import linecache
import math
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from inspect import CO_COROUTINE
from types import CodeType
from typing import NamedTuple

from minitasks.scenarios.marks import mark
from minitasks.tracing.steps import callers

EVERY = 0.01  # seconds between two turns that are asked for
FROZEN = 5  # seconds
OURS = ("client", "minitasks")  # threads that are not the application's
HELD_FOR = "event loop held for "  # so the marks begin
# Seconds that a thread must compute to be told of: after 0.005 one of Python code lets others run,
# and a call into C may not.
LOCKED = 0.2
# Where a loop's thread stands when it has nothing to do, or begins a turn.
LOOPS = ("asyncio", "selectors", "uvicorn", "uvloop")

Stack = list[tuple[CodeType, str]]  # functions, each with its place in words
AWAITS = ""  # the place of a recorded coroutine, which only awaits the others


class Times(NamedTuple):
    """A moment of the clock, and of the processor time of threads: in seconds."""

    clock: float
    of_thread: float  # the event loop's
    of_process: float
    others: dict[int, float]  # of the other threads, by ident


@dataclass
class Watched:
    """An event loop that is watched."""

    loop: asyncio.AbstractEventLoop
    ident: int  # of its thread
    native_id: int
    before: Times  # when it turned last
    stacks: list[Stack] = field(default_factory=list)  # where it has stood since it was asked to

    def now(self) -> Times:
        return times_of(self.ident, self.native_id)


class StallWatch:
    """Leaves a mark when the event loop was held by code that is not recorded, or in its thread.

    Args:
        slow: From how many milliseconds on.
        is_own: Tells whether a file is the application's own.
        when_over: Called when the loop turns again, by whatever it was held.
        when_frozen: Called with a sentence when it has not turned for `FROZEN` seconds: perhaps it
            never will, and no other sentence be printed.
    """

    def __init__(
        self,
        slow: float,
        is_own: Callable[[str], bool],
        when_over: Callable[[], None] = lambda: None,
        when_frozen: Callable[[str], None] = lambda text: None,
    ) -> None:
        self._slow = slow
        self._is_own = is_own
        self._when_over = when_over
        self._when_frozen = when_frozen
        self._is_over = threading.Event()
        self._watched: dict[int, Watched] = {}  # by the thread's ident
        self._ended: list[threading.Event] = []  # one of each thread that watches

    def begin(self) -> None:
        """Begin to watch the event loop in which this is called, if it is asyncio's."""
        loop = asyncio._get_running_loop()
        if loop is not None:
            ids = (threading.get_ident(), threading.get_native_id())
            it = self._watched[ids[0]] = Watched(loop, *ids, times_of(*ids))
            self._ended.append(threading.Event())
            # No threading.Thread: a program may count those.
            _thread.start_new_thread(self._watch_until_over, (self._ended[-1], it))

    def hear(self, text: str) -> None:
        """Take a mark: where an event loop leaves one it turns, and may do so before the watch."""
        it = self._watched.get(threading.get_ident())
        if it is None or text.startswith(HELD_FOR) or asyncio._get_running_loop() is not it.loop:
            return
        if time.perf_counter() - it.before.clock > LOCKED:
            self._tell_of_lock(it, it.now())

    @contextmanager
    def ending(self) -> Iterator[None]:
        """End the watch with the block."""
        try:
            yield
        finally:
            self._is_over.set()
            for ended in self._ended:
                ended.wait()

    def _watch_until_over(self, ended: threading.Event, it: Watched) -> None:
        try:
            self._watch(it)
        finally:
            ended.set()

    def _watch(self, it: Watched) -> None:
        while not self._is_over.wait(EVERY) and not it.loop.is_closed():
            if not it.loop.is_running():
                it.before = it.now()
                continue
            before = it.before.clock
            asked = time.perf_counter(), cpu_time(it.native_id)
            turned = threading.Event()
            it.stacks = []
            try:
                turn = it.loop.call_soon_threadsafe(self._turn, it, *asked, turned)
            except RuntimeError:
                return  # the loop was closed just now
            frozen_at = asked[0] + FROZEN
            while not turned.wait(EVERY) and not self._is_over.is_set():
                if not it.loop.is_running():
                    turn.cancel()
                    it.before = it.now()
                    break
                it.stacks.append(self._stack(it.ident))
                if time.perf_counter() > frozen_at:
                    frozen_at = math.inf
                    self._when_frozen(
                        f"The event loop has stood still for {FROZEN} s: {self._where(it.ident)}."
                    )
            if (time.perf_counter() - before - EVERY) * 1000 >= self._slow:
                self._when_over()

    def _where(self, ident: int) -> str:
        """Say where a thread stands in the application's own code, or else in whatever code."""
        frame = sys._current_frames().get(ident)
        own = (each for each in callers(frame) if self._is_own(each.f_code.co_filename))
        place = next(own, frame)
        if place is None:
            return "its thread is over"
        file, line = place.f_code.co_filename, place.f_lineno
        source = linecache.getline(file, line).strip()
        return f"{place.f_code.co_name} is at line {line} of {file}, `{source}`"

    def _turn(
        self, it: Watched, asked: float, had_computed: float, turned: threading.Event
    ) -> None:
        """Take the turn: say for how long it did not come, and what held the loop meanwhile."""
        now = it.now()
        there, place = held_at(now.clock - asked, now.of_thread - had_computed, it.stacks)
        if place is None or there * 1000 < self._slow:
            self._tell_of_lock(it, now)
        else:
            mark(f"{HELD_FOR}{there * 1000:.0f} ms by {place}")
        it.before = now
        turned.set()

    def _tell_of_lock(self, it: Watched, now: Times) -> None:
        """Say so if another thread held the interpreter's lock since the loop turned last."""
        thread = locked_out_by(it.before, now, len(it.stacks), self._slow)
        if thread is None:
            return
        ours = {each.ident for each in threading.enumerate() if each.name in OURS}
        if thread not in ours:
            held = now.clock - it.before.clock - EVERY
            it.before = now
            mark(f"{HELD_FOR}{held * 1000:.0f} ms by thread {thread}")

    def _stack(self, ident: int) -> Stack:
        """Give the functions that the loop runs, from inside outwards, if none is recorded.

        Or those that a recorded coroutine awaits, such as a middleware, which itself does nothing.
        No frame is kept: it would keep what its variables hold, and drop it in this thread.
        """
        frame = sys._current_frames().get(ident)
        stack: Stack = []
        while frame is not None:
            code = frame.f_code
            module = frame.f_globals.get("__name__", "")
            if module.startswith("minitasks.timeline"):  # the recording itself
                return []
            if module.split(".")[0] in LOOPS:
                return stack
            if self._is_own(code.co_filename):
                awaits = stack and stack[-1][0].co_flags & CO_COROUTINE
                return [*stack, (code, AWAITS)] if awaits else []
            stack.append((code, f"{code.co_name} in {code.co_filename}:{frame.f_lineno}"))
            frame = frame.f_back
        return []


def times_of(ident: int, native_id: int) -> Times:
    here = time.perf_counter(), cpu_time(native_id), time.process_time()
    others = [each for each in threading.enumerate() if each.ident not in (None, ident)]
    times = {each.ident or 0: cpu_time(each.native_id) for each in others}
    return Times(*here, {ident: cpu for ident, cpu in times.items() if cpu < math.inf})


def cpu_time(native_id: int | None) -> float:
    """Give the processor time of a thread, in seconds; infinite if it is gone, or not of Linux.

    Not by `time.pthread_getcpuclockid`, which may end the process if the thread is gone; this is
    the clock that it gives. To read it does not let another thread run.
    """
    try:
        return math.inf if native_id is None else time.clock_gettime(~native_id << 3 | 6)
    except (OSError, AttributeError):
        return math.inf


def held_at(seconds: float, computed: float, stacks: list[Stack]) -> tuple[float, str | None]:
    """Tell for how many seconds at least the loop stood in one function while a turn did not come.

    It computed; or it waited at one place, while the watch was on time. Else other threads or other
    programs had the processor for the rest of the time.

    Args:
        seconds: How long the turn did not come.
        computed: How many of them the loop's thread had the processor.
        stacks: Where the loop was at each look: nowhere, if in what is recorded.
    """
    looks = list(filter(None, stacks))
    # What a recorded slice awaits is told apart from the slice, however busy the machine is.
    is_awaited = any(look[-1][1] == AWAITS for look in looks)
    is_on_time = len(stacks) * EVERY > 0.7 * seconds
    is_there = computed > seconds / 2 or is_on_time or is_awaited
    share = len(looks) / max(len(stacks), 1)
    return (seconds if is_there else computed) * share, where_most(looks)


def locked_out_by(before: Times, now: Times, looks: int, slow: float) -> int | None:
    """Tell which thread computed for so many ms and let no other run, also not the watch.

    A thread of Python code that lets others run waits until one of them has run: it can't compute
    for long while the loop is to turn, however busy the machine is; but several can, in turns.

    Returns:
        The thread's ident; 0 if it has ended since; None if there was none.
    """
    here = now.of_thread - before.of_thread
    others = {ident: cpu - before.others.get(ident, 0) for ident, cpu in now.others.items()}
    known = sum(cpu for cpu in others.values() if cpu > 0)
    others[0] = now.of_process - before.of_process - here - known
    ident = max(others, key=lambda each: others[each])
    is_shut_out = looks * EVERY < (now.clock - before.clock) / 5
    is_long = others[ident] >= max(slow / 1000, LOCKED)
    # Less than nothing, without end: of the loop's thread no time was known before.
    is_idle = -math.inf < here < others[ident] / 3
    is_alone = others[ident] > 0.8 * (now.of_process - before.of_process)
    return ident if is_shut_out and is_long and is_idle and is_alone else None


def where_most(stacks: list[Stack]) -> str | None:
    """Find the innermost function that was there in most of the stacks."""
    counts = Counter(code for stack in stacks for code in {code for code, _ in stack})
    often = [
        (depth, place)
        for stack in stacks
        for depth, (code, place) in enumerate(reversed(stack))
        if counts[code] * 2 > len(stacks)
    ]
    return max(often)[1] if often else None
