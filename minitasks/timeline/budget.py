"""Budget: how many steps of each function are noted for one request, and what is left out.

A loop of a million turns would push all else out of the recording, and take minutes. Of the steps
beyond the budget only those count that take long or raise something new; and a function that others
call again and again is at last not watched any more, until the next request: its caller's steps
tell how long it took.
"""

import threading
from collections import Counter
from collections.abc import Callable
from types import FrameType
from typing import Literal

from minitasks.tracing.steps import callers

# What calls a function for a task or a thread.
LOOPS = ("asyncio", "anyio", "concurrent", "threading", "trio", "uvloop")
LEFT_OUT = "most others are left out"
# How many times the budget is looked at of a function that others call: to be told of each call
# makes it many times slower.
WATCHED = 5
REQUESTS = 100  # whose steps are counted: those under way, and the last ones
EXCEPTIONS = 100  # that are told of functions most of whose steps are left out

# Of a function's next steps: all; those that begin or end a slice; none until the next request.
Wanted = Literal["lines", "slices", "nothing"]


class Budget:
    """The steps of each function for each request.

    Args:
        most: How many steps to note of one function for one request; 0: all.
        is_own: Whether a frame's code is the program's own.
    """

    def __init__(self, most: int, is_own: Callable[[FrameType], bool]) -> None:
        self.most = most
        self.unwatched: set[int] = set()  # the ids of code of which nothing is wanted
        # Called when all is to be watched again.
        self.when_watched_again: Callable[[], None] = lambda: None
        self._is_own = is_own
        self._steps: dict[int, Counter[int]] = {}  # by request, and by the code's id
        self._raised: set[str] = set()
        self._lock = threading.RLock()

    def count(self, frame: FrameType, request: int) -> int:
        """Count a step of a frame's code; give how many there were for this request."""
        with self._lock:
            steps = self._steps.get(request)
            if steps is None:
                steps = self._steps[request] = Counter()
                self._begin_anew(request)
            steps[id(frame.f_code)] += 1
            return steps[id(frame.f_code)]

    def _begin_anew(self, request: int) -> None:
        self._raised.clear()
        self.watch_again()
        # What runs for no request, a beat or a queue's worker, begins anew with each.
        if request:
            self._steps.pop(0, None)
        if len(self._steps) > REQUESTS:
            del self._steps[next(iter(self._steps))]

    def watch_again(self) -> None:
        """Watch all again: with a new request, or where work goes to a task or to a thread."""
        if self.unwatched:
            self.when_watched_again()
            self.unwatched.clear()

    def wanted(self, frame: FrameType, number: int) -> Wanted:
        """Tell which steps of a frame's code are wanted after so many."""
        if number <= self.most:
            return "lines"
        is_often = number > WATCHED * self.most
        return "nothing" if is_often and self._is_called_by_own(frame) else "slices"

    def _is_called_by_own(self, frame: FrameType) -> bool:
        """Tell whether own code calls own code, by way of a library or not, and no event loop."""
        if not self._is_own(frame):
            return False
        for caller in callers(frame.f_back):
            if caller.f_globals.get("__name__", "").partition(".")[0] in LOOPS:
                return False
            if self._is_own(caller):
                return True
        return False

    def is_new(self, error: str) -> bool:
        """Tell, of an exception's repr, whether it is new; from then on it is not."""
        is_new = error not in self._raised and len(self._raised) < EXCEPTIONS
        if is_new:
            self._raised.add(error)
        return is_new
