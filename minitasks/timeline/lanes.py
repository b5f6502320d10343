"""Lanes: a timeline drawn in the terminal, a lane for each thread, a line in it for each function.

`draw_lanes` makes the picture of a `Story` (story.py). A `Scale` says at which column a moment is
drawn, a `Row` is one line of the picture: a label, and what stands beside it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from minitasks.timeline.calls import Call
from minitasks.timeline.events import Lane, Timeline
from minitasks.timeline.story import Story, tell

LONGEST_LABEL = 26  # columns
NARROWEST_CHART = 20  # columns
TICKS_APART = 8  # columns, at least

# Names, not numbers: a terminal's own colours can be read on its own background, light or dark.
STYLES = {
    "event loop": "cyan",
    "worker thread": "green",
    "client": "magenta",
    "thread": "blue",
}
RAISED = "bold red"


@dataclass(frozen=True)
class Glyphs:
    """The characters that a picture is drawn with; `holds` stands before words that hold,
    `differs` before what other libraries than Starlette may want."""

    runs: str = "█"
    waits: str = "·"
    raises: str = "✗"
    mark: str = "▲"
    tick: str = "╷"
    more: str = "…"
    holds: str = "✓"
    differs: str = "≠"


UNICODE = Glyphs()
ASCII = Glyphs(
    runs="#", waits=".", raises="x", mark="^", tick="|", more="~", holds="+", differs="!"
)


@dataclass(frozen=True)
class Scale:
    """Where a moment is drawn. Times are nanoseconds; the chart has `columns` columns."""

    start: int
    end: int
    columns: int

    def column(self, time: int) -> int:
        """Find the column of a moment."""
        share = (time - self.start) / max(self.end - self.start, 1)
        return min(max(int(share * self.columns), 0), self.columns - 1)

    def tick_step(self) -> int:
        """Choose the time between ticks: 1, 2 or 5 times a power of ten, none too close."""
        narrowest = TICKS_APART * (self.end - self.start) / self.columns
        power = 1_000
        while power * 5 < narrowest:
            power *= 10
        return next(step for step in (power, power * 2, power * 5) if step >= narrowest)


@dataclass(frozen=True)
class Row:
    """One line of the picture: a label, and styled characters, each at its column."""

    label: str
    style: str = ""
    cells: dict[int, tuple[str, str]] = field(default_factory=dict)

    def write(self, column: int, text: str, style: str = "") -> None:
        """Write a text from a column on."""
        for place, character in enumerate(text, start=column):
            self.cells[place] = (character, style)

    def is_free(self, first: int, last: int) -> bool:
        """Tell whether nothing stands from one column to another, or right beside."""
        return not any(first - 2 < column < last + 2 for column in self.cells)


def draw_lanes(
    timeline: Timeline, own_file: Path, width: int, glyphs: Glyphs = UNICODE
) -> list[Text]:
    """Draw a timeline.

    Args:
        timeline: The recorded run.
        own_file: The scenario's file. Its calls are all drawn, the library's where they wait.
        width: How many columns there are.
        glyphs: What to draw with.

    Returns:
        The lines of the picture: the time axis, the lanes, the legend.
    """
    story = tell(timeline, own_file)
    left = label_width(story)
    scale = Scale(story.start, story.end, max(width - left, NARROWEST_CHART))
    rows = [axis(story, scale, glyphs)]
    for lane in story.lanes:
        rows += lane_rows(story, lane, scale, glyphs)
    return [*(as_text(row, left, scale.columns, glyphs) for row in rows), legend(glyphs)]


def label_width(story: Story) -> int:
    """Give the width of the labels' column, the gap behind them included."""
    labels = [lane.name for lane in story.lanes]
    labels += [f"  {label}" for lines in story.bars.values() for label, _ in lines]
    labels += [
        f"  {words}" for marks in story.marks.values() for words in marks if len(marks[words]) > 1
    ]
    return min(max(map(cell_len, labels), default=0), LONGEST_LABEL) + 2


def axis(story: Story, scale: Scale, glyphs: Glyphs) -> Row:
    """Draw the time axis: a tick at every round number of milliseconds."""
    row = Row("ms", "dim")
    for time in range(story.zero, story.end + 1, scale.tick_step()):
        column, text = scale.column(time), f"{glyphs.tick}{(time - story.zero) / 1e6:g}"
        if column + len(text) <= scale.columns:
            row.write(column, text, "dim")
    return row


def lane_rows(story: Story, lane: Lane, scale: Scale, glyphs: Glyphs) -> Iterator[Row]:
    """Draw a lane: its name with its marks, what beats again and again, its calls."""
    style = STYLES[lane.kind]
    marks = {
        words: [scale.column(time) for time in times]
        for words, times in story.marks[lane.number].items()
    }
    once = [(words, columns[0]) for words, columns in marks.items() if len(columns) == 1]
    yield from mark_rows(Row(lane.name, f"bold {style}"), once, scale, glyphs)
    for words, columns in marks.items():
        if len(columns) > 1:
            yield Row(f"  {words}", "", dict.fromkeys(columns, (glyphs.mark, "bold")))
    for label, calls in story.bars[lane.number]:
        yield call_row(label, calls, scale, glyphs, style)


def mark_rows(
    heading: Row, marks: list[tuple[str, int]], scale: Scale, glyphs: Glyphs
) -> list[Row]:
    """Draw marks beside a lane's name, on further lines where they don't leave each other room."""
    rows = [heading]
    for words, column in marks:
        text, start = f"{glyphs.mark} {words}", column
        # Left of the mark where there is no room on its right.
        if column + cell_len(text) > scale.columns and column > cell_len(words):
            text, start = f"{words} {glyphs.mark}", column - cell_len(words) - 1
        last = start + cell_len(text) - 1
        row = next((row for row in rows if row.is_free(start, last)), None)
        if row is None:
            row = Row("", heading.style)
            rows.append(row)
        row.write(start, text)
    return rows


def call_row(label: str, calls: list[Call], scale: Scale, glyphs: Glyphs, style: str) -> Row:
    """Draw calls: where they are on their thread, where suspended, and whether they raised."""
    row = Row(f"  {label}")
    for call in calls:
        for column in range(scale.column(call.start), scale.column(call.end) + 1):
            row.cells.setdefault(column, (glyphs.waits, style))
    for stretch in (stretch for call in calls for stretch in call.stretches):
        first, last = scale.column(stretch.start), scale.column(stretch.end)
        row.write(first, glyphs.runs * (last + 1 - first), style)
    for call in calls:
        if call.ended == "raise":
            row.write(scale.column(call.end), glyphs.raises, RAISED)
    return row


def as_text(row: Row, left: int, columns: int, glyphs: Glyphs) -> Text:
    """Make a line of a row."""
    text = Text(fitted(row.label, left - 2, glyphs) + "  ", style=row.style)
    last = max(row.cells, default=-1)
    for column in range(min(last + 1, columns)):
        text.append(*row.cells.get(column, (" ", "")))
    if last >= columns:
        text.right_crop(1)
        text.append(glyphs.more)
    text.rstrip()
    return text


def fitted(label: str, width: int, glyphs: Glyphs) -> str:
    """Bring a label to its width."""
    if cell_len(label) > width:
        return set_cell_size(label, width - 1) + glyphs.more
    return set_cell_size(label, width)


def legend(glyphs: Glyphs) -> Text:
    """Say what the characters mean."""
    return Text(
        f"{glyphs.runs} runs or blocks its thread  {glyphs.waits * 2} suspended, its thread is free"
        f"  {glyphs.raises} raised  {glyphs.mark} mark",
        style="dim",
    )
