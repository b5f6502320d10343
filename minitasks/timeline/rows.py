"""Rows: a timeline as plain lines of text, one for each event: when, where, what."""

from collections.abc import Iterator
from pathlib import Path

from minitasks.timeline.events import Event, Timeline
from minitasks.timeline.story import zero_of

VERBS = {
    "call": "is called",
    "suspend": "is suspended",
    "resume": "is resumed",
    "return": "returns",
    "raise": "raises",
}


def list_rows(timeline: Timeline, width: int = 80) -> Iterator[str]:
    """List everything that happened but the single lines of code.

    Args:
        timeline: The recorded run.
        width: The columns that there are: a longer row is cut.

    Yields:
        One line for each event: milliseconds since the first request, or since the start; the lane;
        the event.
    """
    zero = zero_of(timeline)
    lanes = {lane.number: lane.name for lane in timeline.lanes}
    longest = max(map(len, lanes.values()), default=0)
    for event in timeline.events:
        if event.kind != "line":
            milliseconds = (event.time - zero) / 1e6
            yield cut(
                f"{milliseconds:9.2f}  {lanes[event.lane]:<{longest}}  {in_words(event)}", width
            )


def in_words(event: Event) -> str:
    """Say what happened."""
    if event.kind == "mark":
        return event.text
    words = f"{event.function} {VERBS[event.kind]}  {Path(event.file).name}:{event.line}"
    if event.kind == "raise" or (event.kind == "return" and event.text != "None"):
        words += f"  {event.text}"
    return words


def cut(row: str, width: int) -> str:
    """Cut a row that is too long, where a value stands."""
    return row if len(row) <= width else row[: width - 1] + "…"
