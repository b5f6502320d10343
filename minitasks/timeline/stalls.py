"""Stalls: what holds the event loop of a served application in code that is not recorded.

A thread asks the loop for a turn every few milliseconds. While the turn does not come, it looks
where the loop's thread stands. What the application's own code does stands in the recording.
"""

import asyncio
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from inspect import CO_COROUTINE
from types import CodeType, FrameType

from minitasks.scenarios.marks import mark

EVERY = 0.01  # seconds between two turns that are asked for
# Where a loop's thread stands when it has nothing to do, or begins a turn.
LOOPS = ("asyncio", "selectors", "uvicorn", "uvloop")

Stack = list[tuple[CodeType, str]]  # functions, each with its place in words
AWAITS = ""  # the place of a recorded coroutine, which only awaits the others


class StallWatch:
    """Leaves a mark when the event loop was held by code that is not recorded.

    Args:
        slow: From how many milliseconds on.
        is_own: Tells whether a file is the application's own.
    """

    def __init__(self, slow: float, is_own: Callable[[str], bool]) -> None:
        self._slow = slow
        self._is_own = is_own
        self._is_over = threading.Event()
        self._thread: threading.Thread | None = None

    def begin(self) -> None:
        """Begin to watch; to be called in the event loop."""
        of_loop = (asyncio.get_running_loop(), threading.get_ident())
        self._thread = threading.Thread(
            target=self._watch, args=of_loop, name="minitasks", daemon=True
        )
        self._thread.start()

    @contextmanager
    def ending(self) -> Iterator[None]:
        """End the watch with the block."""
        try:
            yield
        finally:
            self._is_over.set()
            if self._thread is not None:
                self._thread.join()

    def _watch(self, loop: asyncio.AbstractEventLoop, ident: int) -> None:
        while not self._is_over.wait(EVERY):
            turned = threading.Event()
            stacks: list[Stack] = []
            began = time.perf_counter(), cpu_time(ident)
            try:
                loop.call_soon_threadsafe(self._turn, began, stacks, turned)
            except RuntimeError:
                return  # the loop is closed
            while not turned.wait(EVERY) and not self._is_over.is_set():
                stacks.append(self._stack(sys._current_frames().get(ident)))

    def _turn(
        self, began: tuple[float, float], stacks: list[Stack], turned: threading.Event
    ) -> None:
        """Take the turn: say for how long it did not come, and where the loop was meanwhile."""
        turned.set()
        seconds = time.perf_counter() - began[0]
        place = held_at(seconds, time.thread_time() - began[1], stacks)
        if place:
            # In the rest of the time the loop was elsewhere, or in what is recorded.
            there = seconds * 1000 * sum(map(bool, stacks)) / len(stacks)
            if there >= self._slow:
                mark(f"event loop held for {there:.0f} ms by {place}")

    def _stack(self, frame: FrameType | None) -> Stack:
        """Give the functions that the loop runs, from inside outwards, if none is recorded.

        Or those that a recorded coroutine awaits, such as a middleware, which itself does nothing.
        """
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


def cpu_time(ident: int) -> float:
    """Give the processor time of a thread, in seconds; infinite where the system does not tell."""
    if sys.platform in ("win32", "darwin"):
        return float("inf")
    return time.clock_gettime(time.pthread_getcpuclockid(ident))


def held_at(seconds: float, computed: float, stacks: list[Stack]) -> str | None:
    """Tell where the loop stood while a turn did not come; None where nobody there is to blame.

    It computed; or it waited at one place, while the watch was on time. Where neither is so, other
    threads or other programs had the processor.

    Args:
        seconds: How long the turn did not come.
        computed: How many of them the loop's thread had the processor.
        stacks: Where the loop was at each look.
    """
    on_time = len(stacks) * EVERY > 0.7 * seconds
    looks = list(filter(None, stacks))
    # What a recorded slice awaits is told apart from the slice, however busy the machine is.
    is_awaited = any(look[-1][1] == AWAITS for look in looks)
    return where_most(looks) if computed > seconds / 2 or on_time or is_awaited else None


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
