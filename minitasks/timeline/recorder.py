"""Recorder: turns what an engine sees into events.

An engine (monitoring.py, settrace.py) calls `note` on the thread on which something
happens, and that thread waits meanwhile. The recorder adds when, where, for which task, and the
variables.
"""

import inspect
import sys
import threading
from collections import deque
from collections.abc import Callable, Mapping
from functools import partial
from itertools import count
from math import inf
from operator import itemgetter
from time import perf_counter_ns
from types import BuiltinFunctionType, FrameType, FunctionType, ModuleType, TracebackType
from typing import Any

from minitasks.scenarios.marks import request_number
from minitasks.timeline.budget import LEFT_OUT, Budget, Wanted
from minitasks.timeline.events import Event, Kind, Timeline
from minitasks.timeline.files import Files
from minitasks.timeline.origins import Origins, traces
from minitasks.timeline.reprs import short_repr
from minitasks.tracing.frame_locals import local_variables
from minitasks.tracing.process_state import protect_from_ctrl_c
from minitasks.tracing.steps import callers, is_resuming
from minitasks.tracing.threads import (
    WITHOUT_CONTEXT,
    WORK_BEGINS,
    Tasks,
    Thread,
    Threads,
    runs_loop,
    takes_token,
)

# What import, def and class leave in a namespace.
DEFINITIONS = (ModuleType, FunctionType, BuiltinFunctionType, type)

Variables = tuple[tuple[str, str], ...]
Place = tuple[int, str, str, int]  # frame number, file, function, line
FRAME, TEXT, REQUEST = 4, -5, -4  # where an event has them
CUT_SHORT = "recursion limit"
LONG = 1_000_000  # nanoseconds: a slice that is not left out
NOWHERE: Place = (0, "", "", 0)
NOTHING = object()
Moment = tuple[int, int]  # of the clock, and what recording has taken so far: nanoseconds
# An exception's short repr, and in which calls it and those of its group began; 0: in this one.
Raised = tuple[str, tuple[int, ...]]
NOT_RAISED: Raised = ("", ())


class Recorder:
    """The events of one recording, as they come in.

    Args:
        files: Which code is recorded.
        limit: How many events to keep. What comes after them is counted, and a mark tells so.
        keep_last: Keep the last events instead of the first.
        most_of_one: How many steps to note of one function for one request; 0: all. Of a long loop
            or a deep recursion the others are left out, but for what is long or new.
        is_own: Whether a file is the program's own: of the others every call is noted.
    """

    def __init__(
        self,
        files: Files,
        limit: int,
        keep_last: bool = False,
        most_of_one: int = 0,
        is_own: Callable[[str], bool] = lambda file: True,
    ) -> None:
        self.files = files
        self.is_open = True
        self._limit = limit
        self._dropped = 0
        self._keeps_last = keep_last
        self._is_own = is_own
        self.budget = Budget(most_of_one, self._is_programs)
        # The requests that handed a thread over, those that are done, and those of another time.
        self._inherited: set[int] = set()
        self._done: set[int] = set()
        self._over: set[int] = set()
        # The steps that begin a slice, left out so far: kind, line and moment, by the frame's id.
        self._begun: dict[int, tuple[Kind, int, Moment]] = {}
        self._events: deque[tuple[Any, ...]] = deque(maxlen=limit if keep_last else None)
        self._threads = Threads()
        self._threads.when_new = self._take_over_thread
        self._tasks = Tasks()
        # For which request work is done that was handed over without the context.
        self._handed_over: dict[int, int] = {}
        self._frames: dict[int, int] = {}
        self._origins = Origins(self._is_watched)
        self._frame_numbers = count(1)
        # The idents of threads on which a recursion came so near to its limit that steps are lost.
        self.cut_short: set[int] = set()
        self._cut_until: list[tuple[int, float]] = []  # and since when such a one is seen again
        self._began = perf_counter_ns()
        # Called in a thread in which an event loop is seen to run.
        self.when_loop_runs: Callable[[], None] = lambda: None
        # Called with each mark, on its thread.
        self.when_marked: Callable[[], None] = lambda: None

    def protect_from_ctrl_c(self, *functions: Callable[..., Any]) -> None:
        """Keep trio's Ctrl-C out of an engine's functions, also where trio is imported later."""
        protect_from_ctrl_c(*functions)

        def begin() -> None:
            protect_from_ctrl_c(*functions)
            self.when_loop_runs()

        self._threads.when_loop_runs = begin

    def note_offload(self, frame: FrameType) -> None:
        """Let the thread that gets the work know for which task it will be done.

        Args:
            frame: The frame of the function that hands the work over, begins with it, or takes a
                token for it.
        """
        self._tasks.here()
        self.budget.watch_again()
        work: Any = local_variables(frame).get("self")
        if frame.f_code in WITHOUT_CONTEXT:
            self._handed_over[id(work)] = request_number.get()
        elif frame.f_code is WORK_BEGINS:
            self._carry(self._handed_over.pop(id(work), 0))
        elif takes_token(frame.f_code) and not is_resuming(frame) and work.available_tokens <= 0:
            text = f"no token is free: all {work.total_tokens} are taken"
            self._append("mark", NOWHERE, (), text)

    def _take_over_thread(self, is_worker: bool) -> None:
        if self.budget.most:
            track_coroutines()
        if is_worker:
            return
        request = self._handed_over.pop(id(threading.current_thread()), 0)
        if request:  # else this may be an event loop's thread, in the context of a request
            self._inherited.add(request)
            self._carry(request)

    def _carry(self, request: int) -> None:
        request_number.set(request)
        self._tasks.leave()

    def raised(self, error: BaseException, trace: TracebackType | None) -> Raised:
        """Tell of an exception that passes a frame what `note` is to know."""
        inner = self._origins.of_all(error) if isinstance(error, BaseExceptionGroup) else ()
        return short_repr(error), (self._origins.of(trace), *inner)

    def note(
        self, kind: Kind, frame: FrameType, raised: Raised = NOT_RAISED, value: object = NOTHING
    ) -> Wanted:
        """Note that something happens in a recorded frame, on the current thread.

        Args:
            kind: What happens; anything but a mark.
            frame: Where.
            raised: What is raised.
            value: What is returned.

        Returns:
            Which of the next steps of the frame's code are wanted.
        """
        began = perf_counter_ns()
        if self._is_full():
            self._dropped += 1
            return "lines"
        thread = self._threads.here()
        wanted: Wanted = "lines"
        is_tasks = False
        if self.budget.most:
            wanted, is_tasks = self._count(frame), self._is_tasks(kind, frame)
        if is_tasks:
            self.budget.watch_again()
        if wanted == "lines" or is_tasks or not self._leaves_out(kind, frame, raised[0], thread):
            self._add(kind, frame, raised, value)
        thread.spent += perf_counter_ns() - began
        return wanted

    def _add(self, kind: Kind, frame: FrameType, raised: Raised, value: object) -> None:
        self._begun.pop(id(frame), None)
        text, began_in = raised
        try:
            place = self._place(kind, frame)
            if kind == "raise":
                began_in = (began_in[0] or place[0], *began_in[1:])
                self._origins.keep(frame, began_in[0])
            elif kind == "return":
                text = short_repr(value)
            self._append(kind, place, variables_of(frame), text, began_in=began_in)
        except RecursionError:
            # The limit came here, and not in the program: as far as is told, it never began.
            if kind == "call":
                self._frames.pop(id(frame), None)
            raise

    def _is_tasks(self, kind: Kind, frame: FrameType) -> bool:
        """Tell whether a task's class is called: that counts, however often it happens."""
        return kind == "call" and not self._is_programs(frame)

    def _is_watched(self, frame: FrameType) -> bool:
        code = frame.f_code
        return code.co_filename in self.files.known and id(code) not in self.budget.unwatched

    def _is_programs(self, frame: FrameType) -> bool:
        file = self.files.known.get(frame.f_code.co_filename)
        return file is not None and self._is_own(file)

    def _count(self, frame: FrameType) -> Wanted:
        """Count a step of a function, and tell which further ones are wanted."""
        number = self.budget.count(frame, request_number.get())
        if number == self.budget.most + 1:
            text = f"{self.budget.most:,} steps of {frame.f_code.co_name}: {LEFT_OUT}"
            self._append("mark", (0, *self._where(frame)), (), text)
        return self.budget.wanted(frame, number)

    def _leaves_out(self, kind: Kind, frame: FrameType, text: str, thread: Thread) -> bool:
        """Tell whether a step of such a function is left out.

        Not left out, but noted together with its beginning, is what ends a call that was noted, a
        long slice, or an exception of which nothing was told.
        """
        if kind in ("call", "line", "resume"):
            if kind == "call":  # which may have got the id of one that ended unseen
                self._frames.pop(id(frame), None)
                self._origins.forget(frame)
            if kind != "line":
                moment = perf_counter_ns(), thread.spent
                self._begun[id(frame)] = kind, frame.f_lineno, moment
            return True
        begun = self._begun.pop(id(frame), None)
        if begun is None:
            if self.has_seen(frame):
                return False
            # It began unwatched, perhaps with the id of one that an exception had left.
            self._origins.forget(frame)
            return kind != "raise" or not self.budget.is_new(text)
        is_end = kind != "suspend" and self.has_seen(frame)
        is_new = kind == "raise" and self.budget.is_new(text)
        if not (is_end or is_new or perf_counter_ns() - begun[2][0] > LONG):
            return True
        number, file, function, _ = self._place(begun[0], frame)
        self._append(begun[0], (number, file, function, begun[1]), (), "", begun[2])
        return False

    def has_seen(self, frame: FrameType) -> bool:
        """Tell whether a step of a frame's was noted that did not end it."""
        return id(frame) in self._frames

    def mark(self, text: str) -> None:
        """Note a mark, on the thread that leaves it; `marks.mark` calls this."""
        self.when_marked()
        frame = sys._getframe(2)
        place = self._place("mark", frame) if self.files.owns(frame) else NOWHERE
        began_in = self._origins.of_all(sys.exception())
        self._append("mark", place, (), text, began_in=began_in)
        # A thread that goes on after its request, and into the next one, is nobody's.
        request = request_number.get()
        if text.endswith(" done") and request in self._inherited:
            self._done.add(request)
        elif request and text.endswith(" arrives"):
            self._over |= self._done
            self._done.clear()

    def go_on(self) -> None:
        """Take note that this thread, which was cut short, is seen again."""
        self.cut_short.discard(threading.get_ident())
        self._cut_until.append((threading.get_ident(), perf_counter_ns() - self._began))

    def end_calls(self, error: BaseException, trace: TracebackType | None) -> None:
        """Note which calls an exception has left unseen, on whichever thread they were."""
        running = set(callers(sys._getframe()))
        left = [
            each
            for each in traces(trace)
            if id(each.tb_frame) in self._frames and each.tb_frame not in running
        ]
        last = {event[FRAME]: event for event in list(self._events)} if left else {}
        for each in reversed(left):
            number = self._frames.pop(id(each.tb_frame), 0)
            if number in last and not self._is_full():
                text, (origin, *others) = self.raised(error, each)
                self._origins.keep(each.tb_frame, origin or number)
                _, _, *where, _, variables, _, request, spent, in_loop, _ = last[number]
                step = ("raise", perf_counter_ns() - self._began, *where, each.tb_lineno)
                told = (variables, text, request, spent, in_loop, (origin or number, *others))
                self._events.append((*step, *told))

    def timeline(self, request: int = 0) -> Timeline:
        """Give what was recorded, frozen; for `request` see `keep`."""
        return self.keep(request)()

    def keep(self, request: int) -> Callable[[], Timeline]:
        """Keep what was recorded, and give what makes a timeline of it.

        Args:
            request: Only from this request's arrival on, with all marks that were left before.
        """
        # Two threads may have read the clock in one order and added their events in the other.
        kept = sorted(self._events, key=itemgetter(1))[: self._limit]
        return partial(self._freeze, since_arrival(kept, request) if request else kept)

    def _freeze(self, kept: list[tuple[Any, ...]]) -> Timeline:
        events = [Event(*event) for event in kept]
        if self._dropped and not self._keeps_last:
            last = events[-1]
            text = f"the recording stops here: {self._dropped} more events"
            events.append(Event("mark", last.time, last.lane, last.task, *NOWHERE, text=text))
        for ident, until in [*self._cut_until, *((ident, inf) for ident in self.cut_short)]:
            for number in self._threads.numbers((ident,)):
                here = [
                    at
                    for at, event in enumerate(events)
                    if event.lane == number and event.kind != "mark" and event.time < until
                ]
                if here:
                    last = events[here[-1]]
                    words = ((), CUT_SHORT, last.request)
                    mark = Event("mark", last.time, number, last.task, *NOWHERE, *words)
                    events.insert(here[-1] + 1, mark)
        return Timeline(
            events=tuple(events),
            lanes=self._threads.lanes(),
            sources=self.files.sources(),
            dropped=self._dropped,
        )

    def _is_full(self) -> bool:
        return len(self._events) >= self._limit and not self._keeps_last

    def _place(self, kind: Kind, frame: FrameType) -> Place:
        return (self._frame_number(kind, frame), *self._where(frame))

    def _where(self, frame: FrameType) -> tuple[str, str, int]:
        code = frame.f_code
        return self.files.known[code.co_filename], code.co_qualname, frame.f_lineno

    def _frame_number(self, kind: Kind, frame: FrameType) -> int:
        """Give the number of a call. The frame itself is not kept: it would keep its variables."""
        key = id(frame)
        if kind in ("return", "raise"):
            return self._frames.pop(key, None) or next(self._frame_numbers)
        # A new call may have got the id of one that ended unseen.
        if kind == "call" or key not in self._frames:
            self._origins.forget(frame)
            self._frames[key] = next(self._frame_numbers)
        return self._frames[key]

    def _append(
        self,
        kind: Kind,
        place: Place,
        variables: Variables,
        text: str,
        moment: Moment | None = None,
        began_in: tuple[int, ...] = (),
    ) -> None:
        thread = self._threads.here()
        task = self._tasks.here()
        if self._is_full():
            self._dropped += 1
            return
        self._dropped += len(self._events) == self._limit
        request = request_number.get()
        if request in self._over and not thread.is_worker and not thread.runs_loop:
            request = 0
        in_loop = thread.runs_loop and runs_loop()
        time, spent = moment or (perf_counter_ns(), thread.spent)
        step = (kind, time - self._began, thread.number, task, *place)
        self._events.append((*step, variables, text, request, spent, in_loop, began_in))


def track_coroutines() -> None:
    """Let the coroutines that this thread makes know on which line: one may never be awaited."""
    depth = sys.get_coroutine_origin_tracking_depth()
    sys.set_coroutine_origin_tracking_depth(max(depth, 1))


def since_arrival(events: list[tuple[Any, ...]], request: int) -> list[tuple[Any, ...]]:
    """Take the events from a request's arrival on, and all marks."""
    first = len(events)
    for event in reversed(events):
        first -= 1
        if event[REQUEST] == request and event[TEXT].endswith(" arrives"):
            break
    return [event for event in events[:first] if event[0] == "mark"] + events[first:]


def variables_of(frame: FrameType) -> Variables:
    """Give the names and short reprs of a frame's variables.

    For a module or a class those that its own code names, and no function, class or module.
    """
    values = local_variables(frame)
    if not frame.f_code.co_flags & inspect.CO_OPTIMIZED:
        values = computed(values, frame.f_code.co_names)
    return tuple(
        [(name, short_repr(value)) for name, value in values.items() if name[0] not in "_."]
    )


def computed(namespace: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """Give those of the names that code computed, and did not import or define."""
    return {
        name: namespace[name]
        for name in names
        if name in namespace and not issubclass(type(namespace[name]), DEFINITIONS)
    }
