"""Steps: what a frame is doing, told from the events that a trace function gets.

sys.settrace speaks of call, line, exception and return. For a coroutine that is too little: each
await that waits looks like a return, and going on like a new call. `StepReader` tells them apart.
"""

import opcode
from collections.abc import Iterator
from inspect import CO_COROUTINE
from threading import Thread
from types import CodeType, FrameType
from typing import Any, Literal

# "suspend": the frame yields, or awaits something that is not ready. "raise": it ends with an
# exception. "exception": one passes the frame, which may yet handle it. "handover": a StopIteration
# by which the interpreter hands over what an awaited coroutine returned: nothing went wrong.
Step = Literal["call", "resume", "line", "suspend", "return", "raise", "exception", "handover"]

RESUME = opcode.opmap["RESUME"]
YIELD_VALUE = opcode.opmap["YIELD_VALUE"]
RETURNS = frozenset(code for name, code in opcode.opmap.items() if name.startswith("RETURN_"))

# RESUME's argument says where it stands; its lowest two bits are 0 only at the start of a function.
AFTER_YIELD = 3

# Where a worker thread's life begins: anyio's on asyncio, trio's, and those of asyncio.to_thread
# and every ThreadPoolExecutor.
WORKER_MODULES = frozenset(
    {"anyio._backends._asyncio", "trio._core._thread_cache", "concurrent.futures.thread"}
)


class StepReader:
    """Tells, event after event, what a frame is doing.

    Hand it every event of the frames of interest, each once and in order: what a frame's end means
    depends on the event before it. One reader serves all threads.
    """

    def __init__(self) -> None:
        # The exceptions thrown into a waiting frame that it has not got over: by the frame's id,
        # the instruction at which it waited, and that instruction's line.
        self._thrown: dict[int, dict[int, int]] = {}

    def read(self, frame: FrameType, event: str, arg: Any) -> Step:
        """Tell what an event means, from the arguments that a trace function got."""
        thrown = self._thrown.get(id(frame), {})
        if event == "line":
            # A line that runs again has got over what was thrown into it, and may suspend anew.
            if frame.f_lineno in thrown.values():
                kept = {at: line for at, line in thrown.items() if line != frame.f_lineno}
                self._thrown[id(frame)] = kept
            return "line"
        if event == "exception":
            if is_handover(frame, arg):
                return "handover"
            if way_out(frame) == "suspend":
                self._thrown.setdefault(id(frame), {})[frame.f_lasti] = frame.f_lineno
            return "exception"
        if event == "call":
            if is_resuming(frame):
                return "resume"
            # A frame that was closed without an event may have left something under the same id.
            self._thrown.pop(id(frame), None)
            return "call"
        # A frame that a thrown exception leaves, at once or after a with has cleaned up, stands at
        # the very instruction at which it would suspend.
        step: Step = "raise" if frame.f_lasti in thrown else way_out(frame)
        if step != "suspend":
            self._thrown.pop(id(frame), None)
        return step

    def waits_for_line(self, frame: FrameType) -> bool:
        """Tell whether the frame's next lines matter: something was thrown into it."""
        return id(frame) in self._thrown


def is_resuming(frame: FrameType) -> bool:
    """Tell, at a "call" event, whether the frame goes on (True) or begins (False)."""
    return frame.f_lasti > start_of(frame.f_code)


def has_begun(frame: FrameType) -> bool:
    """Tell whether code of the frame has run.

    A coroutine that is closed, or cancelled, before its first step has none; yet it gets a "call".
    """
    return frame.f_lasti >= start_of(frame.f_code)


def start_of(code: CodeType) -> int:
    """Give the offset of the first RESUME, where a frame of `code` begins."""
    return 2 * code.co_code[::2].index(RESUME)


def codes_in(code: CodeType) -> Iterator[CodeType]:
    """Give a code, and those of all functions and classes in it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from codes_in(constant)


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


def is_handover(frame: FrameType, exception: tuple[Any, Any, Any]) -> bool:
    """Tell whether an "exception" event is only a coroutine's result on its way to the awaiter.

    The interpreter makes that StopIteration itself; having passed no frame, it has no traceback.
    From 3.12 on it has passed the awaiter, if something was thrown into what is awaited.
    """
    kind, _, traceback = exception
    if kind is not StopIteration or traceback is None:
        return kind is StopIteration
    awaits = bool(frame.f_code.co_flags & CO_COROUTINE) and way_out(frame) == "suspend"
    return awaits and traceback.tb_next is None


def callers(frame: FrameType | None) -> Iterator[FrameType]:
    """Give a frame and those that wait for it on its thread, from inside outwards."""
    while frame is not None:
        yield frame
        frame = frame.f_back


def starts_as_worker(frame: FrameType) -> bool:
    """Tell whether the thread that runs this frame was started by a pool of worker threads.

    Its outermost frames are those of the module threading; the next one tells who started it. A
    thread that such a pool gave to anyio's portal is one for an event loop: a test client's, say.
    """
    starter: str | None = None
    for caller in callers(frame):
        if caller.f_code.co_name == "run_blocking_portal":
            return False
        module = caller.f_globals.get("__name__")
        if module != "threading":
            starter = module
    return starter in WORKER_MODULES


def is_of_pool(thread: Thread) -> bool:
    """Tell whether a thread is one of a pool, which ends with the pool or with the process."""
    target = getattr(thread, "_target", None)
    return not WORKER_MODULES.isdisjoint(
        (type(thread).__module__, getattr(target, "__module__", ""))
    )
