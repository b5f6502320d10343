"""Story: what of a timeline is drawn in the terminal, and what it is called there.

A terminal has few lines. So the library's own calls are drawn only where they wait, and what comes
before the first request, the start of a server, is left out.
"""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from minitasks.timeline.calls import Call, calls
from minitasks.timeline.events import Event, Lane, Timeline

FROM_THE_TOP = ("client", "event loop", "worker thread", "thread")


@dataclass(frozen=True)
class Story:
    """What is drawn. Times are nanoseconds since the recording began.

    Attributes:
        start: The first moment.
        end: The last moment.
        zero: The moment that counts as 0 ms.
        lanes: The threads, from the top.
        bars: For each lane's number the calls of each line, by the line's label.
        marks: For each lane's number the marks of the same words, by their words.
    """

    start: int
    end: int
    zero: int
    lanes: tuple[Lane, ...]
    bars: dict[int, list[tuple[str, list[Call]]]]
    marks: dict[int, dict[str, list[int]]]


def tell(timeline: Timeline, own_file: Path) -> Story:
    """Choose what is drawn.

    Args:
        timeline: The recorded run.
        own_file: The scenario's file: its calls are all drawn.
    """
    start = story_start(timeline)
    shown = [call for call in calls(timeline) if call.start >= start and is_shown(call, own_file)]
    marks = [event for event in timeline.events if event.kind == "mark" and event.time >= start]
    ends = [call.end for call in shown] + [mark.time for mark in marks]
    return Story(
        start=start,
        end=max(ends, default=start),
        zero=zero_of(timeline),
        lanes=tuple(sorted(timeline.lanes, key=from_the_top)),
        bars={lane.number: lines_of(shown, lane, own_file) for lane in timeline.lanes},
        marks={lane.number: by_words(marks, lane) for lane in timeline.lanes},
    )


def zero_of(timeline: Timeline) -> int:
    """Find the moment that counts as 0 ms: the first request, or else the first event."""
    sent = [event.time for event in timeline.events if is_request(event)]
    return min(sent or [event.time for event in timeline.events], default=0)


def is_request(event: Event) -> bool:
    """Tell whether an event is the mark of a request."""
    return event.kind == "mark" and event.text == "request sent"


def story_start(timeline: Timeline) -> int:
    """Find the left edge: the first step of a client, or else the first event."""
    clients = {lane.number for lane in timeline.lanes if lane.kind == "client"}
    steps = [event.time for event in timeline.events if event.lane in clients]
    return min([*steps, zero_of(timeline)])


def from_the_top(lane: Lane) -> tuple[int, str]:
    """Order the lanes: a request comes from the client, over the event loop, to a worker thread."""
    return FROM_THE_TOP.index(lane.kind), lane.name


def is_shown(call: Call, own_file: Path) -> bool:
    """Tell whether a call is worth a line: the scenario's own are, and the library's that wait."""
    return is_own(call, own_file) or len(call.stretches) > 1


def is_own(call: Call, own_file: Path) -> bool:
    """Tell whether a call is the scenario's own."""
    return Path(call.file) == own_file


def lines_of(shown: list[Call], lane: Lane, own_file: Path) -> list[tuple[str, list[Call]]]:
    """Put a lane's calls on lines: calls of one name on one line, unless it is the scenario's own
    and they overlap.
    """
    times = Counter(call.function for call in shown)
    lines: list[tuple[str, list[Call]]] = []
    for call in shown:
        if call.lane != lane:
            continue
        name = label(call, with_arguments=is_own(call, own_file) and times[call.function] > 1)
        alone = is_own(call, own_file)
        same = [line for label_, line in lines if label_ == name]
        free = [line for line in same if not alone or line[-1].end <= call.start]
        if free:
            free[0].append(call)
        else:
            lines.append((name, [call]))
    return lines


def label(call: Call, with_arguments: bool) -> str:
    """Name a call: `resize_image`, or `resize_image(3)` with its plain arguments."""
    function = call.function.rpartition("<locals>.")[2]
    plain = [value for _, value in call.arguments if value.isdigit() or value[:1] in "'\""]
    return f"{function}({', '.join(plain)})" if with_arguments and plain else function


def by_words(marks: list[Event], lane: Lane) -> dict[str, list[int]]:
    """Give the moments of a lane's marks, by their words."""
    times: dict[str, list[int]] = {}
    for mark in marks:
        if mark.lane == lane.number:
            times.setdefault(mark.text, []).append(mark.time)
    return times
