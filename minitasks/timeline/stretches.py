"""Stretches: from a timeline's events to what every picture draws, bars and marks, and where.

A `Stretch` is one piece of time in which a call is on its thread: from its call or resume to its
suspend, return or raise. A coroutine that waits ten times has eleven stretches, and between them
its thread is free for others. `Axis` places a moment between left and right.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from math import log1p
from typing import Literal

from minitasks.timeline.events import Event, Timeline

Ending = Literal["suspend", "return", "raise", "open"]


@dataclass(frozen=True, slots=True)
class Stretch:
    """One piece of time in which a call is on its thread.

    Attributes:
        lane: The number of the thread's lane.
        task: The number of the task.
        frame: The number of the call: the stretches of one coroutine share it.
        file: The file of the code.
        function: The qualified name of the function.
        depth: How many recorded calls are below it on the thread: 0 for the outermost.
        start: When it begins, in nanoseconds since the recording began.
        end: When it ends, likewise.
        first: The index of its first event in `Timeline.events`.
        last: The index of its last event.
        begun: By what it began: "call", "resume", or "open" where it ran before the recording.
        ended: By what it ended: "suspend", "return", "raise", or "open" where its end was not
            recorded, most often because the recording ended first.
        text: The short repr of what was returned or raised; otherwise empty.
    """

    lane: int
    task: int
    frame: int
    file: str
    function: str
    depth: int
    start: int
    end: int
    first: int
    last: int
    begun: Literal["call", "resume", "open"]
    ended: Ending
    text: str = ""


def stretches(timeline: Timeline) -> tuple[Stretch, ...]:
    """Find the stretches of a timeline.

    Args:
        timeline: The recorded run.

    Returns:
        The stretches in the order in which they begin: an outer one comes before those in it.

    Example:
        >>> from minitasks.timeline.events import Lane
        >>> events = tuple(
        ...     Event(kind, time, lane=0, task=1, frame=1, file="f.py", function="f", line=1)
        ...     for kind, time in [("call", 0), ("suspend", 5), ("resume", 80), ("return", 90)]
        ... )
        >>> found = stretches(Timeline(events, (Lane(0, "event loop", "event loop"),), {}))
        >>> [(each.start, each.end, each.ended) for each in found]
        [(0, 5, 'suspend'), (80, 90, 'return')]
    """
    found = [
        stretch
        for lane in timeline.lanes
        for stretch in _stretches_of_lane(lane.number, timeline.events)
    ]
    return tuple(sorted(found, key=lambda each: (each.first, each.depth)))


def marks(timeline: Timeline) -> tuple[tuple[int, Event], ...]:
    """Give the marks of a timeline, each with its index in `Timeline.events`."""
    return tuple(
        (index, event) for index, event in enumerate(timeline.events) if event.kind == "mark"
    )


@dataclass(slots=True)
class _Open:
    """A stretch that has not ended yet."""

    event: Event
    first: int
    last: int
    depth: int

    def end(self, at: int, time: int, ended: Ending, text: str = "") -> Stretch:
        event = self.event
        return Stretch(
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
            begun=event.kind if event.kind in ("call", "resume") else "open",
            ended=ended,
            text=text,
        )


def _stretches_of_lane(lane: int, events: Sequence[Event]) -> Iterator[Stretch]:
    """Follow one thread's stack of calls."""
    stack: list[_Open] = []
    for index, event in enumerate(events):
        if event.lane != lane or event.kind == "mark":
            continue
        yield from _unwind_to(stack, event)
        if not stack or stack[-1].event.frame != event.frame:
            stack.append(_Open(event, index, index, len(stack)))
        stack[-1].last = index
        if event.kind in ("suspend", "return", "raise"):
            yield stack.pop().end(index, event.time, event.kind, event.text)
    end = events[-1].time if events else 0
    while stack:
        top = stack.pop()
        yield top.end(top.last, end, "open")


def _unwind_to(stack: list[_Open], event: Event) -> Iterator[Stretch]:
    """End what is above the event's frame: calls whose end was not recorded."""
    if any(each.event.frame == event.frame for each in stack):
        while stack[-1].event.frame != event.frame:
            top = stack.pop()
            yield top.end(top.last, event.time, "open")


class Axis:
    """The time axis of a picture: from a moment to its place between 0.0 (left) and 1.0 (right).

    Steps follow each other within microseconds, waits last for seconds: to scale, every step would
    be invisible. So each gap between two events gets a width that grows with the logarithm of its
    length: the order is true and a longer gap wider, but ten times as long is not ten times so.

    Args:
        timeline: The run to place.

    Example:
        >>> from minitasks.timeline.events import Lane
        >>> events = tuple(
        ...     Event("line", time, lane=0, task=1, frame=1, file="f.py", function="f", line=1)
        ...     for time in (0, 10_000, 20_000, 1_000_000_000)
        ... )
        >>> axis = Axis(Timeline(events, (Lane(0, "event loop", "event loop"),), {}))
        >>> [round(axis.place(event.time), 2) for event in events]
        [0.0, 0.05, 0.11, 1.0]
    """

    def __init__(self, timeline: Timeline) -> None:
        self._times = sorted({event.time for event in timeline.events})
        widths = [log1p((later - sooner) / TO_SCALE) for sooner, later in pairwise(self._times)]
        ends = list(accumulate(widths, initial=0.0))
        # Not by sum(widths), which rounds otherwise: the last place is exactly 1.
        self._places = [end / (ends[-1] or 1.0) for end in ends]

    def place(self, time: float) -> float:
        """Place a moment, in nanoseconds since the recording began."""
        after = bisect_right(self._times, time)
        if after == 0:
            return 0.0
        if after == len(self._times):
            return self._places[-1]
        start, end = self._times[after - 1], self._times[after]
        left, right = self._places[after - 1], self._places[after]
        return left + (right - left) * (time - start) / (end - start)


# Gaps much shorter than this, in nanoseconds, are drawn to scale: recording an event takes about as
# long.
TO_SCALE = 10_000
