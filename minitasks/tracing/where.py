"""Where: which thread is where, and which coroutine awaits what, at the moment a learner asks.

`Where` follows the steps of the debugger's own frames; the rest it reads from the live threads.
"""

import inspect
import itertools
import linecache
import re
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType, FrameType

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

from minitasks.tracing.frame_locals import local_variables
from minitasks.tracing.steps import Step, callers
from minitasks.tracing.threads import Threads, runs_loop

WIDTH = 79
# The modules in which an event loop waits until a socket, a timer or a thread has something for it.
WAITING_FOR_EVENTS = (
    "selectors",
    "asyncio.runners",
    "asyncio.windows_events",
    "trio._core._io_epoll",
    "trio._core._io_kqueue",
    "trio._core._io_windows",
)
PLAIN = (str, int, float, bool, type(None))


class Where:
    """The threads that the debugger has met, and the coroutines that wait.

    Args:
        is_own: Tells of a frame whether it is to be stepped through.
    """

    def __init__(self, is_own: Callable[[FrameType], bool]) -> None:
        self.threads = Threads()
        self._is_own = is_own
        self._names: dict[threading.Thread, str] = {}
        self._held: set[threading.Thread] = set()
        # The outermost coroutine of each that waits, with its own frames, innermost first.
        self._waiting: dict[FrameType, list[FrameType]] = {}

    def here(self) -> str:
        """Name the lane of the current thread, such as "worker thread 1"."""
        return self._names[threading.current_thread()]

    def follow(self, frame: FrameType, step: Step) -> None:
        """Take note of one step of an own frame, on the thread that makes it."""
        self._meet_thread()
        if not is_coroutine(frame):
            return
        outermost = awaiters(frame)[-1]
        if step == "suspend":
            self._waiting.setdefault(outermost, []).append(frame)
        else:
            self._waiting.pop(outermost, None)

    def _meet_thread(self) -> None:
        """Name the current thread for what it runs now: it is an event loop for a time."""
        # Not by its ident, which the next thread gets when this one has ended.
        thread = threading.current_thread()
        known = self.threads.here()
        if known.is_worker and thread in self._names:
            return
        if known.is_worker or runs_loop():
            self._names[thread] = self.threads.lanes()[known.number].name
        else:
            is_main = thread is threading.main_thread()
            self._names[thread] = "main thread" if is_main else known.name

    @contextmanager
    def held(self) -> Iterator[None]:
        """The current thread has the prompt in the block, or waits for it."""
        thread = threading.current_thread()
        self._held.add(thread)
        try:
            yield
        finally:
            self._held.discard(thread)

    def is_held(self) -> bool:
        """Tell whether any thread has the prompt, or waits for it."""
        return bool(self._held)

    def latest_waiting(self) -> FrameType | None:
        """Give the frame of the coroutine that began to wait last, if one waits."""
        chains = list(self._waiting.values())
        return chains[-1][0] if chains else None

    def describe(self, at_prompt: FrameType) -> Iterator[str]:
        """Give the lines that `where` adds: a line a thread, then a line a waiting coroutine.

        The prompt is at the frame `at_prompt`, on the current thread.
        """
        here = threading.current_thread()
        running = {**sys._current_frames(), threading.get_ident(): at_prompt}
        yield "Lanes (* has the prompt):"
        for thread, name in list(self._names.items()):
            if thread.is_alive() and thread.ident in running:
                star = "*" if thread is here else " "
                is_held = thread in self._held and thread is not here
                held = "held by this prompt: " if is_held else ""
                yield clip(f"{star} {name:<16} {held}{self._place_in(running[thread.ident])}")
        if runs_loop() and self._waiting:
            yield "  held by this prompt: the event loop, so that none of these goes on"
        for chain in list(self._waiting.values()):
            outermost, *inner = reversed(chain)
            yield clip(f"  waiting          {place(outermost)}")
            for frame in inner:
                yield clip(f"    which awaits   {place(frame)}")

    def _place_in(self, frame: FrameType) -> str:
        if frame.f_globals.get("__name__") in WAITING_FOR_EVENTS:
            return "free: it waits for something to happen"
        own = filter(self._is_own, callers(frame))
        return next(map(place, own), "no code of this tour")


def wording(lane: str) -> str:
    """Put a lane into a sentence: "on the event loop", "in worker thread 1"."""
    if lane in ("event loop", "main thread"):
        return f"on the {lane}"
    if lane == "worker thread":
        return f"in a {lane}"
    return f"in {lane}"


def is_coroutine(frame: FrameType) -> bool:
    """Tell whether a frame belongs to a coroutine function."""
    return bool(frame.f_code.co_flags & inspect.CO_COROUTINE)


def awaiters(frame: FrameType) -> list[FrameType]:
    """Give a running coroutine's frame, then the one that awaits it, and so on outwards."""
    return [frame, *itertools.takewhile(is_coroutine, callers(frame.f_back))]


def place(frame: FrameType) -> str:
    """Say where a frame stands: function, plain arguments, file, line and the line's text."""
    code = frame.f_code
    where = f"{Path(code.co_filename).name}:{frame.f_lineno}"
    text = linecache.getline(code.co_filename, frame.f_lineno).strip()
    return f"{name_of(code)}{plain_arguments(frame)}  {where}  {text}"


def plain_arguments(frame: FrameType) -> str:
    """Write the arguments that are short texts, numbers, True, False or None."""
    values = local_variables(frame)
    code = frame.f_code
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    plain = [repr(values[name]) for name in names if type(values.get(name, ...)) in PLAIN]
    short = [text for text in plain if len(text) <= 12]
    return f"({', '.join(short)})" if short else ""


def name_of(code: CodeType) -> str:
    """Give a qualified name, such as "BackgroundTask.__call__", without the <locals>."""
    return code.co_qualname.replace("<locals>.", "")


def clip(line: str) -> str:
    """Cut a line at the edge of the terminal, but not below 79 columns."""
    width = max(WIDTH, shutil.get_terminal_size().columns - 1)
    return line if cell_len(line) <= width else set_cell_size(line, width - 3) + "..."


def wrapped(text: str, width: int = WIDTH) -> list[str]:
    """Break a text into lines of so many columns: at its spaces, or in a word that is longer."""
    lines = Text(re.sub("[\t\n]", " ", text)).wrap(Console(), width)
    # rich leaves one empty where a word of wide letters would not fit at its end.
    return [line.plain.strip() for line in lines if line.plain.strip()] or [""]
