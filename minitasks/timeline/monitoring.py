"""The engine for Python 3.12 and newer: sys.monitoring.

It is called for recorded code alone: any other code runs at full speed after its first call. It has
a place of its own beside coverage, pdb and debugpy, and sees threads that ran before.
"""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import CodeType, FrameType
from typing import Any

from minitasks.errors import CannotRun
from minitasks.timeline.budget import Wanted
from minitasks.timeline.events import Kind
from minitasks.timeline.recorder import Recorder
from minitasks.tracing.steps import callers, has_begun
from minitasks.tracing.threads import offloads

assert sys.version_info >= (3, 12)

monitoring = sys.monitoring
events = sys.monitoring.events

# The places that Python's documentation leaves free: it gives 0, 1, 2 and 5 to debuggers, coverage,
# profilers and optimizers.
FREE_IDS = (3, 4)

# Watched in all code. By the first three a code object is met, and by none other could a coroutine
# that began before the recording be. PY_THROW and PY_UNWIND can't be had for some code only.
EVERYWHERE = events.PY_START | events.PY_RESUME | events.PY_THROW | events.PY_UNWIND

# Watched in recorded code.
IN_RECORDED_CODE = events.LINE | events.JUMP | events.PY_YIELD | events.PY_RETURN


@contextmanager
def watch(recorder: Recorder, frame: FrameType) -> Iterator[None]:
    """Note every step of the recorded files while the block runs.

    Args:
        recorder: Whom to tell.
        frame: The frame that records, whose own steps count too if its file is recorded.

    Raises:
        CannotRun: Others have taken the tool ids that are free for all.
    """
    tool = take_id()
    engine = Engine(recorder, tool)
    try:
        engine.begin(frame)
        yield
    finally:
        engine.end()
        monitoring.free_tool_id(tool)


def take_id() -> int:
    """Take one of the tool ids that are free for all."""
    for tool in FREE_IDS:
        if monitoring.get_tool(tool) is None:
            monitoring.use_tool_id(tool, "minitasks")
            return tool
    users = " and ".join(str(monitoring.get_tool(tool)) for tool in FREE_IDS)
    raise CannotRun(f"sys.monitoring is in use by {users}: stop one of them to record")


class Engine:
    """The callbacks. Each runs on the thread on which its event happened, on top of its frame."""

    def __init__(self, recorder: Recorder, tool: int) -> None:
        self._recorder = recorder
        self._tool = tool
        # Kept, so that no other code object can get the id of one of these.
        self._recorded: dict[int, CodeType] = {}
        self._quiet: set[int] = set()  # of these no line is told any more
        self._unwatched = recorder.budget.unwatched  # and of these nothing
        recorder.budget.when_watched_again = self._watch_again
        # Another thread may meet new code just as the recording ends. Reentrant: the thread that
        # ends it may run a finalizer.
        self._lock = threading.RLock()
        self._is_over = False
        self._callbacks: dict[int, Callable[..., Any]] = {
            events.PY_START: self.start,
            events.PY_RESUME: self.resume,
            events.PY_THROW: self.throw,
            events.PY_UNWIND: self.unwind,
            events.LINE: self.line,
            events.JUMP: self.jump,
            events.PY_YIELD: self.yield_,
            events.PY_RETURN: self.return_,
        }

    def begin(self, frame: FrameType) -> None:
        """Begin to watch what starts or goes on from now, and the callers waiting for `frame`."""
        self._recorder.protect_from_ctrl_c(*self._callbacks.values())
        for event, callback in self._callbacks.items():
            monitoring.register_callback(self._tool, event, callback)
        for running in callers(frame):
            if self._recorder.files.owns(running):
                self._record(running.f_code)
        monitoring.set_events(self._tool, EVERYWHERE)
        # An earlier recording, which had other files, may have switched some code off.
        monitoring.restart_events()

    def end(self) -> None:
        """Leave nothing behind."""
        monitoring.set_events(self._tool, events.NO_EVENTS)
        with self._lock:
            self._is_over = True
            for code in self._recorded.values():
                monitoring.set_local_events(self._tool, code, events.NO_EVENTS)
        for event in self._callbacks:
            monitoring.register_callback(self._tool, event, None)

    def start(self, code: CodeType, offset: int) -> Any:
        return self._enter("call", code, sys._getframe(1))

    def resume(self, code: CodeType, offset: int) -> Any:
        return self._enter("resume", code, sys._getframe(1))

    def throw(self, code: CodeType, offset: int, exception: BaseException) -> None:
        frame = sys._getframe(1)
        if has_begun(frame):
            self._enter("resume", code, frame)

    def line(self, code: CodeType, line: int) -> None:
        self._line(code, sys._getframe(1))

    def jump(self, code: CodeType, offset: int, destination: int) -> Any:
        # Each turn of a loop that is written on one line: LINE tells of it once.
        if destination > offset or line_of(code, destination) != line_of(code, offset):
            return monitoring.DISABLE
        self._line(code, sys._getframe(1))
        return None

    def yield_(self, code: CodeType, offset: int, value: object) -> None:
        wanted = self._recorder.note("suspend", sys._getframe(1))
        if wanted != "lines":
            self._follow(code, wanted)

    def return_(self, code: CodeType, offset: int, value: object) -> None:
        wanted = self._recorder.note("return", sys._getframe(1), value=value)
        if wanted != "lines":
            self._follow(code, wanted)

    def unwind(self, code: CodeType, offset: int, exception: BaseException) -> None:
        if id(code) in self._unwatched:
            return
        frame = sys._getframe(1)
        # A call at which a recursion comes to its limit ends, and nothing told of its beginning.
        is_known = type(exception) is not RecursionError or self._recorder.has_seen(frame)
        if id(code) in self._recorded and has_begun(frame) and is_known:
            raised = self._recorder.raised(exception, exception.__traceback__)
            self._recorder.note("raise", frame, raised)

    def _line(self, code: CodeType, frame: FrameType) -> None:
        wanted = self._recorder.note("line", frame)
        if wanted != "lines":
            self._follow(code, wanted)

    def _follow(self, code: CodeType, wanted: Wanted) -> Any:
        """Watch what is wanted of some code from now on."""
        is_quiet, is_unwatched = id(code) in self._quiet, id(code) in self._unwatched
        if wanted == "lines" and is_quiet:
            self._quiet.discard(id(code))
            self._record(code)
        elif wanted != "lines" and not is_quiet:
            self._quiet.add(id(code))
            self._record(code, IN_RECORDED_CODE & ~(events.LINE | events.JUMP))
        if wanted == "nothing" and not is_unwatched:
            self._unwatched.add(id(code))
            self._record(code, events.NO_EVENTS)
        return monitoring.DISABLE if wanted == "nothing" else None

    def _watch_again(self) -> None:
        for number in self._unwatched:
            self._record(self._recorded[number])
        self._quiet -= self._unwatched
        monitoring.restart_events()

    def _enter(self, kind: Kind, code: CodeType, frame: FrameType) -> Any:
        if id(code) not in self._recorded:
            if offloads(code):
                self._recorder.note_offload(frame)
                return None
            if not self._recorder.files.owns(frame):
                return monitoring.DISABLE
            self._record(code)
        wanted = self._recorder.note(kind, frame)
        if wanted != "lines" or id(code) in self._quiet:
            return self._follow(code, wanted)
        return None

    def _record(self, code: CodeType, watched: int = IN_RECORDED_CODE) -> None:
        with self._lock:
            if not self._is_over:
                self._recorded[id(code)] = code
                monitoring.set_local_events(self._tool, code, watched)


def line_of(code: CodeType, offset: int) -> int | None:
    """Give the line of the instruction at `offset`."""
    return next(line for start, end, line in code.co_lines() if start <= offset < end)
