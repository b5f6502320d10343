"""Calls: the one computed view of a recorded run, which sentences, pictures and files are made of.

A `Slice` is one piece of time in which a call is on a thread: from its call or resume to its
suspend, return or raise. A coroutine that waits ten times has eleven slices. A `Call` puts the
slices of one call together. A `View` finds both once, and answers questions on them.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from minitasks.timeline.events import Event, Timeline
from minitasks.tracing.threads import Lane

Begun = Literal["call", "resume", "loop", "open"]
Ending = Literal["suspend", "return", "raise", "loop", "open"]

# The kinds of lanes from the top of a picture to its bottom: a request comes from the client, over
# the event loop, to a worker thread. Their colours are names, not numbers: a terminal's own can be
# read on its own background, light or dark.
COLOURS = {"client": "magenta", "event loop": "cyan", "worker thread": "green", "thread": "blue"}


COMPREHENSIONS = ("<listcomp>", "<setcomp>", "<dictcomp>")  # on Python 3.11 calls of their own


@dataclass(slots=True, eq=False)
class Slice:
    """One piece of time in which a call is on its thread.

    It began by a call or a resume; by "loop" where an event loop that it ran has ended, or "open"
    where it ran before the recording. It ended by a suspend, a return or a raise; by "loop" where
    an event loop that it runs took over, or "open" where its end was not recorded.
    """

    call: "Call"
    event: Event  # its first
    first: int  # that event's index in `Timeline.events`
    last: int
    depth: int  # how many recorded calls are below it on the thread
    under: "Slice | None"  # that of its caller; None where an event loop began it
    begun: Begun
    end: int  # nanoseconds since the recording began
    ended: Ending = "open"
    text: str = ""  # the short repr of what was returned or raised

    @property
    def start(self) -> int:
        return self.event.time

    @property
    def lane(self) -> int:
        return self.event.lane

    @property
    def frame(self) -> int:
        """The number of the call."""
        return self.event.frame


@dataclass(slots=True, eq=False)
class Call:
    """One call of a function, from its beginning to its end."""

    event: Event  # its first
    first: int  # that event's index in `Timeline.events`
    lane: Lane  # on which it began
    slices: list[Slice] = field(default_factory=list, repr=False)  # not always on the same thread

    @property
    def function(self) -> str:
        """The function's qualified name."""
        return self.event.function

    @property
    def name(self) -> str:
        """Its last part."""
        return self.function.rpartition(".")[2]

    @property
    def file(self) -> str:
        return self.event.file

    @property
    def arguments(self) -> tuple[tuple[str, str], ...]:
        """Names and short reprs."""
        return self.event.variables

    @property
    def caller(self) -> "Call | None":
        """The call that made it, on the same thread: not the comprehension in which it stands."""
        under = self.slices[0].under
        while under is not None and under.call.name in COMPREHENSIONS:
            under = under.under
        return under.call if under else None

    @property
    def start(self) -> int:
        """When it began, in nanoseconds since the recording began."""
        return self.event.time

    @property
    def end(self) -> int:
        """When it ended, or was last seen, likewise."""
        return self.slices[-1].end

    @property
    def last(self) -> int:
        """The index of its last event."""
        return self.slices[-1].last

    @property
    def ended(self) -> Ending:
        """Whether by "return" or "raise"; else it was still under way."""
        return self.slices[-1].ended

    @property
    def text(self) -> str:
        """What it returned or raised."""
        return self.slices[-1].text


class View:
    """A recorded run, computed once.

    Args:
        timeline: The recorded run.

    Attributes:
        timeline: The same.
        lanes: The threads, from the top of a picture to its bottom.
        slices: The slices in the order in which they begin: an outer one comes before those in it.
        all_calls: The calls, in the order in which they began.
        all_marks: The marks, in the order of time.
        end: A moment when all had happened, in nanoseconds since the recording began.

    Example:
        >>> events = tuple(
        ...     Event(kind, time, lane=0, task=1, frame=1, file="f.py", function="f", line=1)
        ...     for kind, time in [("call", 0), ("suspend", 5), ("resume", 80), ("return", 90)]
        ... )
        >>> view = View(Timeline(events, (Lane(0, "event loop", "event loop"),), {}))
        >>> [(each.start, each.end, each.ended) for each in view.slices]
        [(0, 5, 'suspend'), (80, 90, 'return')]
    """

    def __init__(self, timeline: Timeline) -> None:
        self.timeline = timeline
        self.lanes = tuple(sorted(timeline.lanes, key=from_the_top))
        self._lane_of = {lane.number: lane for lane in timeline.lanes}
        self.slices = find_slices(timeline, self._lane_of)
        self.all_calls = [part.call for part in self.slices if part is part.call.slices[0]]
        self.all_marks = tuple(event for event in timeline.events if event.kind == "mark")
        self.end = timeline.events[-1].time + 1 if timeline.events else 0

    @cached_property
    def events_of(self) -> dict[int, list[Event]]:
        """The events of each request, in the order of time."""
        found: dict[int, list[Event]] = defaultdict(list)
        for event in self.timeline.events:
            found[event.request].append(event)
        return found

    @cached_property
    def zero(self) -> int:
        """The moment that counts as 0 ms: the first request, or else the first event."""
        requests = self.marks("request sent") or [
            mark for mark in self.all_marks if mark.text.endswith(" arrives")
        ]
        events = requests or self.timeline.events
        return events[0].time if events else 0

    def lane(self, event: Event | Slice) -> Lane:
        return self._lane_of[event.lane]

    def is_on_loop(self, part: Slice) -> bool:
        """Tell whether an event loop ran a slice: not what runs the loop itself, or comes after."""
        return self.lane(part).kind == "event loop" and part.event.in_loop

    def calls(self, *names: str) -> list[Call]:
        """List the calls of some functions, or of all, in the order in which they began."""
        return [call for call in self.all_calls if call.name in names or not names]

    def call(self, name: str) -> Call | None:
        """Find the first call of a function."""
        return next(iter(self.calls(name)), None)

    def marks(self, beginning: str) -> list[Event]:
        """List the marks with such a beginning."""
        return [mark for mark in self.all_marks if mark.text.startswith(beginning)]

    def mark(self, beginning: str) -> Event | None:
        """Find the first such mark."""
        return next(iter(self.marks(beginning)), None)


def from_the_top(lane: Lane) -> tuple[int, str, int]:
    """Order the lanes by their kind; clients by their names, the others in order of appearance."""
    name = lane.name if lane.kind == "client" else ""
    return list(COLOURS).index(lane.kind), name, lane.number


def find_slices(timeline: Timeline, lanes: dict[int, Lane]) -> list[Slice]:
    """Find the slices of a run, with one stack of them for each thread."""
    stacks: dict[int, list[Slice]] = defaultdict(list)
    coroutines = {event.frame for event in timeline.events if event.kind in ("suspend", "resume")}
    calls: dict[int, Call] = {}
    found: list[Slice] = []
    end = timeline.events[-1].time if timeline.events else 0
    for index, event in enumerate(timeline.events):
        if event.kind == "mark":
            continue
        stack = stacks[event.lane]
        _unwind_to(stack, event)
        is_on_top = bool(stack) and stack[-1].frame == event.frame
        if not is_on_top or stack[-1].ended == "loop":
            begun: Begun = event.kind if event.kind in ("call", "resume") else "open"
            if is_on_top:
                stack.pop()
                begun = "loop"
            elif stack and event.task != stack[-1].event.task:
                # From its last step on, what runs the loop may have waited in there.
                _leave_to_loop(stack, timeline.events[stack[-1].last].time, coroutines)
            if event.frame not in calls:
                calls[event.frame] = Call(event, index, lanes[event.lane])
            call = calls[event.frame]
            under = stack[-1] if stack and stack[-1].ended == "open" else None
            part = Slice(call, event, index, index, len(stack), under, begun, end)
            for some in (stack, call.slices, found):
                some.append(part)
        stack[-1].last = index
        if event.kind in ("suspend", "return", "raise"):
            top = stack.pop()
            top.end, top.ended, top.text = event.time, event.kind, event.text
    return found


def _unwind_to(stack: list[Slice], event: Event) -> None:
    """End what is above the event's frame: calls whose end was not recorded."""
    if any(each.frame == event.frame for each in reversed(stack)):
        while stack[-1].frame != event.frame:
            top = stack.pop()
            if top.ended == "open":
                top.end = event.time


def _leave_to_loop(stack: list[Slice], time: int, coroutines: set[int]) -> None:
    """End sync calls above which another task begins: they run its event loop, from `time` on."""
    if coroutines.isdisjoint(each.frame for each in stack):
        for each in stack:
            if each.ended == "open":
                each.end, each.ended = time, "loop"
