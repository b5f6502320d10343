"""Terminal: a recorded run drawn in the terminal, and in words what it has shown.

A `Story` is what of the run is drawn: a terminal has few lines. So the library's own calls are
drawn only where they wait, and what comes before the first request, the start of a server, is left
out. A `Scale` says at which column a moment is drawn, a `Row` is one line: a label, and what stands
beside it.
"""

import textwrap
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

from minitasks.scenarios import Scenario
from minitasks.scenarios.library import is_own as is_own_file
from minitasks.timeline.calls import COLOURS, Call, View
from minitasks.timeline.events import Event
from minitasks.timeline.findings import Finding, find
from minitasks.timeline.record_scenario import ScenarioRun
from minitasks.tracing.threads import Lane

LONGEST_LABEL = 26  # columns
MOST_LINES = 12  # of one function in one lane
NARROWEST_CHART = 20  # columns
TICKS_APART = 8  # columns, at least
APART = 6  # columns, between the words of two marks that stand between their signs

RAISED = "bold red"


@dataclass(frozen=True)
class Glyphs:
    """The characters that a picture is drawn with; `holds` stands before words that hold,
    `differs` before what other libraries than Starlette may want."""

    runs: str = "█"
    partly: str = "▒"
    waits: str = "·"
    raises: str = "✗"
    mark: str = "▲"
    tick: str = "╷"
    more: str = "…"
    holds: str = "✓"
    differs: str = "≠"


UNICODE = Glyphs()
ASCII = Glyphs("#", "=", ".", "x", "^", tick="|", more="~", holds="+", differs="!")


def show(console: Console, scenario: Scenario, title: str, run: ScenarioRun) -> None:
    """Print a recorded run.

    Args:
        console: Where to. Its width and its encoding decide how it is drawn.
        scenario: What ran.
        title: What it ran on.
        run: Its recording.
    """
    draw(console, [title, scenario.promise], run.view, scenario.file, findings(scenario, run))


def draw(
    console: Console,
    headings: list[str],
    view: View,
    own: Path | None,
    found: Iterable[Finding],
) -> None:
    """Print a recorded run.

    Args:
        console: Where to. Its width and its encoding decide how it is drawn.
        headings: Lines to print above it, the first of them bold.
        view: The run.
        own: The file or the folder whose calls are all drawn. None: all files are own ones.
        found: What is said below it.
    """
    glyphs = glyphs_for(console)
    lines = [Text(headings[0], style="bold"), *map(Text, headings[1:])]
    lines += draw_lanes(view, own, console.width, glyphs)
    for finding in found:
        lines += in_words(finding, console.width, glyphs)
    for line in lines:
        console.print(line, no_wrap=True, overflow="ignore", crop=False)


def findings(scenario: Scenario, run: ScenarioRun) -> Iterator[Finding]:
    """Say what a run has shown, and how it ended where it did not end well."""
    yield from find(scenario.name, run.view)
    if run.timeline.dropped:
        seen = len(run.timeline.events)
        yield Finding(False, f"The recording was full after {seen} events: the rest is not shown.")
    if run.error:
        yield Finding(False, f"The scenario ended with {run.error}")


def glyphs_for(console: Console) -> Glyphs:
    """Choose the characters that a console can show."""
    return UNICODE if console.encoding.startswith("utf") else ASCII


def in_words(finding: Finding, width: int, glyphs: Glyphs) -> Iterator[Text]:
    """Write a sentence, with a sign before it that tells whether it holds."""
    first, *others = textwrap.wrap(finding.text, max(width - 2, 20))
    sign, kind = sign_of(finding, glyphs)
    yield Text.assemble((sign, STYLES[kind]), f" {first}")
    yield from (Text(f"  {line}") for line in others)


STYLES = {"holds": "green", "fails": "bold red", "differs": "bold yellow"}


def sign_of(finding: Finding, glyphs: Glyphs) -> tuple[str, str]:
    """Give the sign before a sentence, and what it stands for: holds, fails or differs."""
    if finding.differs:
        return glyphs.differs, "differs"
    return (glyphs.holds, "holds") if finding.holds else (glyphs.raises, "fails")


# -- what is drawn ---------------------------------------------------------------------------------


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


def tell(view: View, own_file: Path | None) -> Story:
    """Choose what is drawn.

    Args:
        view: The recorded run.
        own_file: The scenario's file: its calls are all drawn. None: all files are own ones.
    """
    start = story_start(view)
    shown = [call for call in view.all_calls if call.start >= start and is_shown(call, own_file)]
    marks = [mark for mark in view.all_marks if mark.time >= start]
    ends = [call.end for call in shown] + [mark.time for mark in marks]
    return Story(
        start=start,
        end=max(ends, default=start),
        zero=view.zero,
        lanes=view.lanes,
        bars={lane.number: lines_of(shown, lane, own_file) for lane in view.lanes},
        marks={lane.number: by_words(marks, lane) for lane in view.lanes},
    )


def story_start(view: View) -> int:
    """Find the left edge: the first step of a client, or else the first event."""
    steps = [x.time for x in view.timeline.events if view.lane(x).kind == "client"]
    return min([*steps, view.zero])


def is_shown(call: Call, own_file: Path | None) -> bool:
    """Tell whether a call is worth a line: the scenario's own are, and the library's that wait."""
    return is_own(call, own_file) or len(call.slices) > 1


def is_own(call: Call, own_file: Path | None) -> bool:
    """Tell whether a call is the scenario's own, or the application's whose folder was named."""
    if own_file is None:
        return True
    file = Path(call.file)
    return file == own_file or (file.is_relative_to(own_file) and is_own_file(file))


def lines_of(shown: list[Call], lane: Lane, own_file: Path | None) -> list[tuple[str, list[Call]]]:
    """Put a lane's calls on lines: calls of one name on one line, unless it is the scenario's own
    and they overlap.
    """
    times = Counter(call.function for call in shown)
    lines: list[tuple[str, list[Call]]] = []
    for call in shown:
        if lane.number not in {each.lane for each in call.slices}:
            continue
        name = label(call, with_arguments=is_own(call, own_file) and times[call.function] > 1)
        alone = is_own(call, own_file)
        same = [line for label_, line in lines if label_ == name]
        free = [line for line in same if not alone or line[-1].end <= call.start]
        if free:
            free[0].append(call)
        else:
            lines.append((name, [call]))
    return fold(lines)


def fold(lines: list[tuple[str, list[Call]]]) -> list[tuple[str, list[Call]]]:
    """Put what is too much of one function on one line: a recursion, or a thousand side by side."""
    kept: list[tuple[str, list[Call]]] = []
    of_function: Counter[str] = Counter()
    rest: dict[str, list[Call]] = {}
    for name, calls in lines:
        function = calls[0].function
        of_function[function] += 1
        if of_function[function] <= MOST_LINES:
            kept.append((name, calls))
        else:
            rest.setdefault(function, []).extend(calls)
    for function, calls in rest.items():
        last = max(at for at, (_, shown) in enumerate(kept) if shown[0].function == function)
        more = f"{label(calls[0], with_arguments=False)}, {len(calls)} more"
        kept.insert(last + 1, (more, calls))
    return kept


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


# -- the picture -----------------------------------------------------------------------------------


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

    def spread(self, amounts: dict[int, float], start: int, end: int) -> None:
        """Add a stretch of time to the columns that it is drawn in; a moment counts a little."""
        width = max(self.end - self.start, 1) / self.columns
        for column in range(self.column(start), self.column(end) + 1):
            left = self.start + column * width
            amounts[column] += max(min(end, left + width) - max(start, left), 1)

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
    view: View, own_file: Path | None, width: int, glyphs: Glyphs = UNICODE
) -> list[Text]:
    """Draw a timeline.

    Args:
        view: The recorded run.
        own_file: The scenario's file. Its calls are all drawn, the library's where they wait.
            None: every recorded file counts as own.
        width: How many columns there are.
        glyphs: What to draw with.

    Returns:
        The lines of the picture: the time axis, the lanes, the legend.
    """
    story = tell(view, own_file)
    left = label_width(story)
    scale = Scale(story.start, story.end, max(width - left, NARROWEST_CHART))
    rows = [axis(story, scale, glyphs)]
    for lane in story.lanes:
        rows += lane_rows(story, lane, scale, glyphs)
    return [*(as_text(row, left, scale.columns, glyphs) for row in rows), *legend(glyphs, width)]


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
    style = COLOURS[lane.kind]
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
        yield call_row(label, calls, lane, scale, glyphs)


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
        # Words on both sides of a gap would read as one phrase.
        gap = 0 if text.startswith(glyphs.mark) else APART
        row = next((row for row in rows if row.is_free(start - gap, last)), None)
        if row is None:
            row = Row("", heading.style)
            rows.append(row)
        row.write(start, text)
    return rows


def call_row(label: str, calls: list[Call], lane: Lane, scale: Scale, glyphs: Glyphs) -> Row:
    """Draw calls: where they are on this thread, where suspended, and whether they raised."""
    row = Row(f"  {label}")
    style = COLOURS[lane.kind]
    here = [[each for each in call.slices if each.lane == lane.number] for call in calls]
    lasts: dict[int, float] = defaultdict(float)
    runs: dict[int, float] = defaultdict(float)
    for slices in here:
        scale.spread(lasts, slices[0].start, slices[-1].end)
        for each in slices:
            scale.spread(runs, each.start, each.end)
    for column, time in lasts.items():
        mostly = glyphs.runs if runs[column] * 2 >= time else glyphs.partly
        row.cells[column] = (mostly if runs[column] else glyphs.waits, style)
    for each in (each for slices in here for each in slices if each.ended == "raise"):
        row.write(scale.column(each.end), glyphs.raises, RAISED)
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


def legend(glyphs: Glyphs, width: int) -> Iterator[Text]:
    """Say what the characters mean, in as many lines as it takes."""
    line = f"{glyphs.runs} runs or blocks its thread"
    for part in (
        f"{glyphs.partly} now and then",
        f"{glyphs.waits * 2} suspended",
        f"{glyphs.raises} raised",
        f"{glyphs.mark} mark",
    ):
        if cell_len(f"{line}  {part}") > width:
            yield Text(line, style="dim")
            line = part
        else:
            line = f"{line}  {part}"
    yield Text(line, style="dim")
