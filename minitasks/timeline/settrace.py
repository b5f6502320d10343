"""The engine for Python 3.11: sys.settrace, and threading.settrace for the threads to come.

It calls a function for every call of every piece of code, which makes unrelated calls slow, and it
shares its one place with coverage, pdb and debugpy. Of the threads that ran before it sees only
trio's idle workers, which serve the whole process; on asyncio, anyio's end with their event loop.
Python drops a trace function that can't be called, so a thread is lost at its first RecursionError,
and traced again from the next mark on that is left there, when a request is answered or arrives.
"""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from opcode import opmap
from queue import SimpleQueue
from types import FrameType
from typing import Any

from minitasks.errors import CannotRun
from minitasks.timeline.recorder import NOT_RAISED, Raised, Recorder
from minitasks.tracing.steps import StepReader, callers, has_begun
from minitasks.tracing.threads import offloads, runs_loop, trio_lowlevel

# A bare `raise`, the end of a `finally` or of what no `except` took, and that of a `with`.
RAISE_AGAIN = [
    bytes((opmap[name], argument))
    for name, argument in (("RAISE_VARARGS", 0), ("RERAISE", 0), ("RERAISE", 2))
]

Trace = Any  # a trace function: of a frame, an event and an argument, giving the next one or None


@contextmanager
def watch(recorder: Recorder, frame: FrameType) -> Iterator[None]:
    """Note every step of the recorded files while the block runs.

    Args:
        recorder: Whom to tell.
        frame: The frame that records, whose own steps count too if its file is recorded.

    Raises:
        CannotRun: Another trace function is set.
    """
    if sys.gettrace() is not None or threading.gettrace() is not None:
        raise CannotRun(
            "another tracer is at work (coverage, pdb or a debugger): "
            "stop it, or use Python 3.12 or newer, where both can"
        )
    engine = Engine(recorder)
    recorder.protect_from_ctrl_c(engine.begin, engine.step)
    recorder.when_marked = engine.look_again
    watched = [running for running in callers(frame) if recorder.files.owns(running)]
    for running in watched:
        running.f_trace = engine.step
    threading.settrace(engine.begin)
    in_idle_workers(lambda: sys.settrace(engine.begin))
    retire_idle_workers()
    sys.settrace(engine.begin)
    try:
        yield
    finally:
        sys.settrace(None)
        threading.settrace(None)
        for running in watched:
            running.f_trace = None


class Engine:
    """The trace functions."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._reader = StepReader()
        # The exception that was last raised in a frame: the event of its end lacks it.
        self._raised: dict[int, Raised] = {}
        self._unwatched = recorder.budget.unwatched
        self._was_near_limit = False
        self._retired: set[int] = set()

    def begin(self, frame: FrameType, event: str, arg: Any) -> Trace:
        """Take the first event of any frame: a call or a resume."""
        try:
            if not self._recorder.is_open:
                return None
            if id(frame.f_code) in self._unwatched:
                frame.f_trace = None  # a generator's stays with it
                return None
            if not self._recorder.files.owns(frame):
                if offloads(frame.f_code):
                    self._recorder.note_offload(frame)
                return None
            if not has_begun(frame):
                return None
            return self.step(frame, event, arg)
        except RecursionError:
            # So near to the limit no function of ours can be called. At the limit itself not even
            # this one can, and Python then traces the thread no more.
            self._was_near_limit = True
            self._recorder.cut_short.add(threading.get_ident())
            return None

    def step(self, frame: FrameType, event: str, arg: Any) -> Trace:
        """Take an event of a recorded frame."""
        try:
            if event == "opcode":
                self._raise_again(frame)
                return self.step
            step = self._reader.read(frame, event, arg)
            if step == "exception":
                if issubclass(arg[0], RecursionError) and self._recorder.cut_short:
                    self._recorder.end_calls(*arg[1:])
                self._raised[id(frame)] = self._recorder.raised(*arg[1:])
                frame.f_trace_lines |= self._reader.waits_for_line(frame)
                # What is being handled may be raised again.
                frame.f_trace_opcodes = sys.exception() is not None
            elif step == "raise":
                if id(frame) not in self._raised:
                    self._raise_again(frame)
                self._recorder.note(step, frame, self._raised.pop(id(frame), NOT_RAISED))
            elif step == "return":
                self._recorder.note(step, frame, value=arg)
                self._raised.pop(id(frame), None)
            elif step != "handover":
                wanted = self._recorder.note(step, frame)
                is_thrown = self._reader.waits_for_line(frame)
                frame.f_trace_lines = wanted == "lines" or is_thrown
                if wanted == "nothing":
                    self._unwatched.add(id(frame.f_code))
        except RecursionError:
            self._was_near_limit = True
            self._recorder.cut_short.add(threading.get_ident())
        return self.step

    def look_again(self) -> None:
        """See at a mark, on its thread, whether a thread was lost, and trace it again."""
        is_lost, error = sys.gettrace() is None, sys.exception()
        cut_short = self._recorder.cut_short
        if isinstance(error, RecursionError) and (is_lost or cut_short):
            self._recorder.end_calls(error, error.__traceback__)
            self._was_near_limit = True
        if is_lost:
            if self._was_near_limit:
                self._recorder.go_on()
            sys.settrace(self.begin)
        if runs_loop() and not cut_short <= self._retired:
            self._retired |= cut_short
            retire_idle_workers()

    def _raise_again(self, frame: FrameType) -> None:
        """Take note that the next instruction raises an exception again: it has no event."""
        error = sys.exception()
        if error is None:
            frame.f_trace_opcodes = False
        elif frame.f_code.co_code[frame.f_lasti :][:2] in RAISE_AGAIN:
            self._raised[id(frame)] = self._recorder.raised(error, error.__traceback__)


def retire_idle_workers() -> None:
    """Let asyncio's running event loop, in a notebook say, start new worker threads.

    Those that idle can't be traced, or are lost. They get no more work, and end with their loop.
    """
    backend = sys.modules.get("anyio._backends._asyncio")
    if backend is not None:
        with suppress(LookupError, RuntimeError):
            backend._threadpool_idle_workers.get().clear()


def in_idle_workers(func: Callable[[], object]) -> None:
    """Call a function in each idle worker thread of trio; there is no other way to trace them."""
    trio = trio_lowlevel()
    if trio is None:
        return
    old = set(threading.enumerate())
    arrivals: SimpleQueue[threading.Thread] = SimpleQueue()
    leave = threading.Event()

    def visit() -> None:
        func()
        arrivals.put(threading.current_thread())
        leave.wait()

    try:
        # trio takes an idle thread while there is one; those that were visited are kept busy.
        trio.start_thread_soon(visit, lambda outcome: None)
        while arrivals.get() in old:
            trio.start_thread_soon(visit, lambda outcome: None)
    finally:
        leave.set()
