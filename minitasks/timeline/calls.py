"""Calls: the one computed view of a recorded run, which sentences, pictures and files are made of.

A `Slice` is one piece of time in which a call is on a thread: from its call or resume to its
suspend, return or raise. A coroutine that waits ten times has eleven slices. A `Call` puts the
slices of one call together. A `View` finds both once, and answers questions on them.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from minitasks.timeline.events import Event, Timeline
from minitasks.tracing.threads import Lane

Ending = Literal["suspend", "return", "raise", "loop", "open"]

# The kinds of lanes from the top of a picture to its bottom: a request comes from the client, over
# the event loop, to a worker thread. Their colours are names, not numbers: a terminal's own can be
# read on its own background, light or dark.
COLOURS = {"client": "magenta", "event loop": "cyan", "worker thread": "green", "thread": "blue"}


@dataclass(frozen=True, slots=True)
class Slice:
    """One piece of time in which a call is on its thread.

    It began by a call or a resume; by "loop" where an event loop that it ran has ended, or "open"
    where it ran before the recording. It ended by a suspend, a return or a raise; by "loop" where
    an event loop that it runs took over, or "open" where its end was not recorded.
    """

    lane: int
    task: int
    frame: int  # the number of the call: the slices of one coroutine share it
    file: str
    function: str  # its qualified name
    depth: int  # how many recorded calls are below it on the thread
    start: int  # nanoseconds since the recording began
    end: int
    first: int  # the index of its first event in `Timeline.events`
    last: int
    begun: Literal["call", "resume", "loop", "open"]
    ended: Ending
    text: str = ""  # the short repr of what was returned or raised


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a function, from its beginning to its end."""

    function: str  # its qualified name
    file: str
    lane: Lane  # on which it began
    arguments: tuple[tuple[str, str], ...]  # names and short reprs
    slices: tuple[Slice, ...]  # not always on the same thread

    @property
    def start(self) -> int:
        """When it began, in nanoseconds since the recording began."""
        return self.slices[0].start

    @property
    def end(self) -> int:
        """When it ended, or was last seen, likewise."""
        return self.slices[-1].end

    @property
    def ended(self) -> Ending:
        """Whether by "return" or "raise"; else it was still under way."""
        return self.slices[-1].ended

    @property
    def text(self) -> str:
        """What it returned or raised."""
        return self.slices[-1].text

    @property
    def first(self) -> int:
        """The index of its first event in `Timeline.events`."""
        return self.slices[0].first

    @property
    def name(self) -> str:
        """The last part of the function's qualified name."""
        return self.function.rpartition(".")[2]


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
        self.slices = find_slices(timeline)
        self.all_calls = put_together(self.slices, timeline)
        self.all_marks = tuple(event for event in timeline.events if event.kind == "mark")
        self.end = timeline.events[-1].time + 1 if timeline.events else 0
        self._lane_of = {lane.number: lane for lane in timeline.lanes}

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
        return self.lane(part).kind == "event loop" and self.timeline.events[part.first].in_loop

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


def is_left_to_loop(under: Slice, part: Slice) -> bool:
    """Tell whether the call below a slice had left the thread to the event loop that it runs."""
    return under.ended == "loop" and under.end <= part.start


def from_the_top(lane: Lane) -> tuple[int, str, int]:
    """Order the lanes by their kind; clients by their names, the others in order of appearance."""
    name = lane.name if lane.kind == "client" else ""
    return list(COLOURS).index(lane.kind), name, lane.number


def put_together(slices: tuple[Slice, ...], timeline: Timeline) -> tuple[Call, ...]:
    """Put the slices of each call together."""
    of_frame: dict[int, list[Slice]] = defaultdict(list)
    for each in slices:
        of_frame[each.frame].append(each)
    lanes = {lane.number: lane for lane in timeline.lanes}
    return tuple(
        Call(
            function=parts[0].function,
            file=parts[0].file,
            lane=lanes[parts[0].lane],
            arguments=timeline.events[parts[0].first].variables,
            slices=tuple(parts),
        )
        for parts in of_frame.values()
    )


@dataclass(slots=True)
class _Open:
    """A slice that has not ended yet."""

    event: Event
    first: int
    last: int
    depth: int
    begun: Literal["call", "resume", "loop", "open"]
    is_left: bool = False  # to the event loop that it runs

    def end(self, at: int, time: int, ended: Ending, text: str = "") -> Slice:
        event = self.event
        return Slice(
            lane=event.lane,
            task=event.task,
            frame=event.frame,
            file=event.file,
            function=event.function,
            depth=self.depth,
            start=event.time,
            end=time,
            first=self.first,
            last=at,
            begun=self.begun,
            ended=ended,
            text=text,
        )


def find_slices(timeline: Timeline) -> tuple[Slice, ...]:
    """Find the slices of a run, with one stack of calls for each thread."""
    stacks: dict[int, list[_Open]] = defaultdict(list)
    coroutines = {event.frame for event in timeline.events if event.kind in ("suspend", "resume")}
    found: list[Slice] = []
    for index, event in enumerate(timeline.events):
        if event.kind == "mark":
            continue
        stack = stacks[event.lane]
        found.extend(_unwind_to(stack, event))
        begun = event.kind if event.kind in ("call", "resume") else "open"
        if not stack or stack[-1].event.frame != event.frame:
            if stack and event.task != stack[-1].event.task:
                # From its last step on, what runs the loop may have waited in there.
                begun_at = timeline.events[stack[-1].last].time
                found.extend(_leave_to_loop(stack, begun_at, coroutines))
            stack.append(_Open(event, index, index, len(stack), begun))
        elif stack[-1].is_left:
            stack[-1] = _Open(event, index, index, stack[-1].depth, "loop")
        stack[-1].last = index
        if event.kind in ("suspend", "return", "raise"):
            found.append(stack.pop().end(index, event.time, event.kind, event.text))
    end = timeline.events[-1].time if timeline.events else 0
    still_open = (top for stack in stacks.values() for top in stack if not top.is_left)
    found.extend(top.end(top.last, end, "open") for top in still_open)
    return tuple(sorted(found, key=lambda each: (each.first, each.depth)))


def _unwind_to(stack: list[_Open], event: Event) -> Iterator[Slice]:
    """End what is above the event's frame: calls whose end was not recorded."""
    if any(each.event.frame == event.frame for each in stack):
        while stack[-1].event.frame != event.frame:
            top = stack.pop()
            if not top.is_left:
                yield top.end(top.last, event.time, "open")


def _leave_to_loop(stack: list[_Open], time: int, coroutines: set[int]) -> Iterator[Slice]:
    """End sync calls above which another task begins: they run its event loop, from `time` on."""
    if coroutines.isdisjoint(each.event.frame for each in stack):
        for each in stack:
            if not each.is_left:
                yield each.end(each.last, time, "loop")
                each.is_left = True
