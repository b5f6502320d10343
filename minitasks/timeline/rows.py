"""Rows: a timeline as plain lines of text, one for each event: when, where, what."""

from collections.abc import Iterator
from pathlib import Path

from rich.cells import cell_len, set_cell_size

from minitasks.timeline.calls import View
from minitasks.timeline.events import Event

WIDTH = 80
VERBS = {
    "call": "is called",
    "suspend": "is suspended",
    "resume": "is resumed",
    "return": "returns",
    "raise": "raises",
}


def list_rows(view: View) -> Iterator[str]:
    """List everything that happened but the single lines of code, each with its milliseconds since
    the first request, or since the start, and cut to 80 columns.
    """
    longest = max((len(lane.name) for lane in view.lanes), default=0)
    for event in view.timeline.events:
        if event.kind != "line":
            milliseconds = (event.time - view.zero) / 1e6
            row = f"{milliseconds:9.2f}  {view.lane(event).name:<{longest}}  {in_words(event)}"
            yield row if cell_len(row) <= WIDTH else set_cell_size(row, WIDTH - 1) + "…"


def in_words(event: Event) -> str:
    if event.kind == "mark":
        return event.text
    words = f"{event.function} {VERBS[event.kind]}  {Path(event.file).name}:{event.line}"
    if event.kind == "raise" or (event.kind == "return" and event.text != "None"):
        words += f"  {event.text}"
    return words
