"""Where: which thread is where, and which coroutine awaits what, at the moment a learner asks.

`Where` follows the steps of the debugger's own frames; the rest it reads from the live threads.
"""

import inspect
import linecache
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

from minitasks.tracing.steps import Step, starts_as_worker
from minitasks.tracing.threads import runs_loop

WIDTH = 79


class Where:
    """The threads that the debugger has met, and the coroutines that wait.

    Args:
        is_own: Tells from a code's filename whether it is to be stepped through.
    """

    def __init__(self, is_own: Callable[[str], bool]) -> None:
        self._is_own = is_own
        self._names: dict[threading.Thread, str] = {}
        # Called when an event loop is seen to run.
        self.when_loop_runs: Callable[[], None] = lambda: None
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
        # Not by its ident, which the next thread gets when this one has ended.
        thread = threading.current_thread()
        if thread not in self._names:
            self._names[thread] = self._new_name(thread)
        if self._names[thread] == "main thread" and runs_loop():
            self._names[thread] = "event loop"
            self.when_loop_runs()

    def _new_name(self, thread: threading.Thread) -> str:
        if thread is threading.main_thread():
            return "main thread"
        if starts_as_worker(sys._getframe()):
            workers = [name for name in self._names.values() if name.startswith("worker thread")]
            return f"worker thread {len(workers) + 1}"
        return "event loop" if runs_loop() else thread.name

    def describe(self) -> Iterator[str]:
        """Give the lines that `where` adds: a line a thread, then a line a waiting coroutine."""
        running = sys._current_frames()
        yield "Lanes (* has the prompt):"
        for thread, name in self._names.items():
            if thread.is_alive() and thread.ident in running:
                star = "*" if thread is threading.current_thread() else " "
                yield clip(f"{star} {name:<16} {self._place_in(running[thread.ident])}")
        yield from self._describe_waiting()

    def _place_in(self, frame: FrameType | None) -> str:
        while frame is not None and not self._is_own(frame.f_code.co_filename):
            frame = frame.f_back
        return "no code of this tour" if frame is None else place(frame)

    def _describe_waiting(self) -> Iterator[str]:
        for chain in self._waiting.values():
            outermost, *inner = reversed(chain)
            yield clip(f"  waiting          {place(outermost)}")
            for frame in inner:
                yield clip(f"    which awaits   {place(frame)}")


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
    chain = [frame]
    while frame.f_back is not None and is_coroutine(frame.f_back):
        frame = frame.f_back
        chain.append(frame)
    return chain


def place(frame: FrameType) -> str:
    """Say where a frame stands: function, file, line and the line's text."""
    code = frame.f_code
    where = f"{Path(code.co_filename).name}:{frame.f_lineno}"
    text = linecache.getline(code.co_filename, frame.f_lineno).strip()
    return f"{short_name(code.co_qualname)}  {where}  {text}"


def short_name(qualname: str) -> str:
    """Give the last two parts of a qualified name, such as "BackgroundTask.__call__"."""
    return ".".join(part for part in qualname.split(".") if part != "<locals>")


def clip(line: str) -> str:
    """Cut a line at the terminal's usual width."""
    return line if len(line) <= WIDTH else line[: WIDTH - 3] + "..."
