"""Frames: what a frame is doing, told from the events that a trace function gets.

sys.settrace speaks of call, line, exception and return. For a coroutine that is too little: each
await that waits looks like a return, and going on looks like a new call. `StepReader` tells them
apart, for any trace function: the recorder's, or pdb's own `trace_dispatch`.
"""

import opcode
from types import CodeType, FrameType
from typing import Any, Literal

Step = Literal["call", "resume", "line", "suspend", "return", "raise", "exception", "handover"]

RESUME = opcode.opmap["RESUME"]
YIELD_VALUE = opcode.opmap["YIELD_VALUE"]
RETURNS = frozenset(code for name, code in opcode.opmap.items() if name.startswith("RETURN_"))

# RESUME's argument says where it stands; its lowest two bits are 0 only at the start of a function.
AFTER_YIELD = 3


class StepReader:
    """Tells, event after event, what a frame is doing.

    Hand it every event of the frames of interest, each once and in order: what a frame's end means
    depends on the event before it. One reader serves all threads.

    Example:
        >>> import sys
        >>> def count():
        ...     yield 1
        >>> reader = StepReader()
        >>> steps = []
        >>> def trace(frame, event, arg):
        ...     if frame.f_code is count.__code__:
        ...         steps.append(reader.read(frame, event, arg))
        ...         return trace
        >>> sys.settrace(trace); numbers = list(count()); sys.settrace(None)
        >>> steps
        ['call', 'line', 'suspend', 'resume', 'return']
    """

    def __init__(self) -> None:
        # Where the last event of a frame was an exception: its id, and its instruction then.
        self._raised_at: dict[int, int] = {}

    def read(self, frame: FrameType, event: str, arg: Any) -> Step:
        """Tell what the event means.

        Args:
            frame: The frame, as the trace function got it.
            event: "call", "line", "exception" or "return".
            arg: The event's argument.

        Returns:
            "call": the frame begins.
            "resume": a generator or coroutine goes on after a yield or an await.
            "line": a line is about to run.
            "suspend": the frame yields, or awaits something that is not ready. It will go on later.
            "return": the frame ends with a value.
            "raise": the frame ends with an exception.
            "exception": an exception passes this frame, which may yet handle it.
            "handover": a StopIteration by which the interpreter hands over what an awaited
                coroutine returned. Nothing went wrong and no code of the user sees it.
        """
        raised_at = self._raised_at.pop(id(frame), None)
        if event == "call":
            return "resume" if is_resuming(frame) else "call"
        if event == "exception":
            if is_handover(arg):
                return "handover"
            self._raised_at[id(frame)] = frame.f_lasti
            return "exception"
        if event == "return":
            # Checked first: an exception thrown into a waiting frame leaves it at the very
            # instruction at which it would suspend.
            return "raise" if raised_at == frame.f_lasti else way_out(frame)
        return "line"


def is_resuming(frame: FrameType) -> bool:
    """Tell, at a "call" event, whether the frame goes on (True) or begins (False)."""
    return frame.f_lasti > start_of(frame.f_code)


def start_of(code: CodeType) -> int:
    """Give the offset of the first RESUME, where a frame of `code` begins."""
    instructions = code.co_code
    offset = 0
    while instructions[offset] != RESUME:
        offset += 2
    return offset


def way_out(frame: FrameType) -> Literal["suspend", "return", "raise"]:
    """Tell, at a "return" event, how the frame is left, from the instruction at which it stands.

    A frame that an exception has just entered by `throw()` looks as if it suspended: `StepReader`
    knows better.
    """
    instructions = frame.f_code.co_code
    instruction = instructions[frame.f_lasti]
    if instruction in RETURNS:
        return "return"
    # Up to 3.12 a frame that yields stands at the YIELD_VALUE; from 3.13 at the RESUME behind it.
    if instruction == YIELD_VALUE:
        return "suspend"
    if instruction == RESUME and instructions[frame.f_lasti + 1] & AFTER_YIELD:
        return "suspend"
    return "raise"


def is_handover(exception: tuple[Any, Any, Any]) -> bool:
    """Tell whether an "exception" event is only a coroutine's result on its way to the awaiter.

    The interpreter makes that StopIteration itself; having passed no frame, it has no traceback.
    """
    kind, _, traceback = exception
    return traceback is None and kind is StopIteration
