"""Own debugger: the pdb of a learner's own program or application; it finds the stops as it runs.

It stops, each time, where the program calls the core, and at the first line of every function that
it handed over. In an application that is served it stops in whatever the framework calls: in
dependencies, on entering and on leaving, in the endpoint, in each task.
"""

import inspect
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import CodeType, FrameType
from typing import NamedTuple

from minitasks.scenarios.marks import request_number, watching
from minitasks.tour.debugger import Guide, heading
from minitasks.tour.own_program import OwnCode
from minitasks.tracing.frame_locals import local_variables
from minitasks.tracing.steps import Step
from minitasks.tracing.thread_pdb import short_path
from minitasks.tracing.where import wording, wrapped

# The core's functions that take a function, as their parameter `func`.
TAKES = ("__init__", "add_task", "run_in_threadpool")

Line = tuple[str, int]


class OwnStop(NamedTuple):
    """A stop that was reached: its number, what is to be said, and its line."""

    number: int
    note: str
    line: Line


class OwnDebugger(Guide):
    """The debugger of a program or an application of one's own.

    Args:
        code: Its files, and those of the core.
        serves: Whether it is an application that is served: then it stops in all that the
            framework calls.
    """

    def __init__(self, code: OwnCode, serves: bool, into: Sequence[Path], first: int) -> None:
        super().__init__(code.library, into, first)
        self._code = code
        self._serves = serves
        self._requests: dict[int, str] = {}
        self._silent: set[Line] = set()
        self._line: Line = ("", 0)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Watch all threads, and listen for the requests' names, while the block runs."""
        self._count = 0
        self._handed_over: set[CodeType] = set()
        self._to_say: dict[FrameType, str] = {}  # at the frame's next line
        self._yielded: set[FrameType] = set()
        self._in_call: dict[FrameType, int] = {}  # the line of the call that a frame is in
        self._code.forget()  # They may have been changed.
        with watching(self._hear), super().watching():
            yield

    def _hear(self, text: str) -> None:
        if text.endswith(" arrives"):
            self._requests[request_number.get()] = text.removesuffix(" arrives")

    def takes(self, path: Path) -> bool:
        """Step through the program's folder, too, but not through what is installed in it."""
        return super().takes(path) or self._code.is_own(str(path))

    # -- where to stop ---------------------------------------------------------------------------

    def follow(self, frame: FrameType, step: Step, value: object) -> None:
        """Learn what is handed over to the core, and in which frames to stop at the next line."""
        super().follow(frame, step, value)
        name = frame.f_code.co_name
        if not self._code.is_own(frame.f_code.co_filename):
            if step == "call" and name in TAKES:
                self._handed_over.update(codes_of(local_variables(frame).get("func")))
        elif step == "call" and self._is_entry(frame):
            self._to_say[frame] = f"Now {name} runs. w shows who waits for it."
        elif step == "resume" and frame in self._yielded:
            self._yielded.discard(frame)
            self._to_say[frame] = f"{name} goes on behind its yield."
        elif step == "suspend" and self._serves and gives_value(frame, value):
            self._yielded.add(frame)
        elif step in ("return", "raise"):
            self._yielded.discard(frame)
            self._to_say.pop(frame, None)
            self._in_call.pop(frame, None)

    def _is_entry(self, frame: FrameType) -> bool:
        """Tell whether a call of an own function, not by an own one, is one to stop at."""
        is_served = self._serves and frame.f_code.co_flags & inspect.CO_NEWLOCALS
        caller = frame.f_back
        is_called_by_own = caller is not None and self._code.is_own(caller.f_code.co_filename)
        return bool(is_served or frame.f_code in self._handed_over) and not is_called_by_own

    def arrive(self, frame: FrameType) -> OwnStop | None:
        file, line = frame.f_code.co_filename, frame.f_lineno
        notes = [self._to_say.pop(frame)] if frame in self._to_say else []
        call = self._code.call_at(file, line, frame.f_code.co_name == "<lambda>")
        before = self._in_call.pop(frame, None)
        if call is not None:
            self._in_call[frame] = call.line
            # A call on several lines comes back to its first one when its arguments are there.
            if call.line != before:
                notes.append(call.note)
        if not notes or (file, line) in self._silent:
            return None
        self._count += 1
        if self._count < self._first:
            return None
        return OwnStop(self._count, " ".join(notes), (file, line))

    def is_stop(self, filename: str, line: int) -> bool:
        calls = (self._code.call_at(filename, line, in_lambda) for in_lambda in (False, True))
        return any(calls) or super().is_stop(filename, line)

    def is_of_no_interest(self, frame: FrameType) -> bool:
        """Tell whether nothing of a call need be looked at: it is none of the core's, either."""
        is_own = self._code.is_own(frame.f_code.co_filename)
        return is_own and super().is_of_no_interest(frame) and not self._is_entry(frame)

    def has_stop(self, frame: FrameType) -> bool:
        """Tell whether some line of a frame is one to stop at: its next one may be, too."""
        return frame in self._to_say or super().has_stop(frame)

    def unreached(self) -> str:
        """Say that it came to no stop at all; nobody knows beforehand how many there are."""
        if not self._count:
            return "It came to no stop: nothing of it called the core."
        return f"It came to {self._count} stops alone." if self._count < self._first else ""

    def is_silent(self) -> bool:
        return self._here is not None and self._here.line in self._silent

    # -- what is said ----------------------------------------------------------------------------

    def note_text(self, stop: OwnStop, lane: str) -> str:
        """Write where the program is, and what happens there."""
        self._line = stop.line
        request = self._requests.get(request_number.get(), "")
        where = ", ".join(filter(None, (f"stop {stop.number}", request, wording(lane))))
        return "\n".join(["", heading(where), *wrapped(stop.note)])

    def do_silence(self, arg: str) -> None:
        """silence

        Do not stop at the line of the last stop again.
        """
        file, line = self._line
        if line:
            self._silent.add(self._line)
            self.message(f"no stop at {short_path(file)}:{line} any more")
        else:
            self.message("no stop has been reached yet")


def codes_of(func: object) -> Iterator[CodeType]:
    """Give the code of a function that is handed over: of a partial's, a method's, an object's."""
    while isinstance(func, partial):
        func = func.func
    for each in (func, inspect.getattr_static(type(func), "__call__", None)):
        code = getattr(getattr(each, "__func__", each), "__code__", None)
        if isinstance(code, CodeType):
            yield code


def gives_value(frame: FrameType, value: object) -> bool:
    """Tell whether a frame that suspends gives a value by a `yield`, and does not await."""
    if frame.f_code.co_flags & inspect.CO_ASYNC_GENERATOR:
        return type(value).__name__ == "async_generator_wrapped_value"
    return bool(frame.f_code.co_flags & inspect.CO_GENERATOR)
