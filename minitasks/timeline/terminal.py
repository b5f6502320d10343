"""Terminal: a recorded run drawn in the terminal, and in words what it has shown.

A terminal has few lines: the library's own calls are drawn only where they wait, and what comes
before the first request, the start of a server, is left out.
"""

import textwrap
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, count
from pathlib import Path

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

from minitasks.scenarios import Scenario
from minitasks.scenarios.library import is_own as is_own_file
from minitasks.timeline.calls import COLOURS, Call, View
from minitasks.timeline.findings import Finding, full
from minitasks.timeline.record_scenario import ScenarioRun
from minitasks.timeline.scenario_findings import find
from minitasks.timeline.stalls import HELD_FOR
from minitasks.tracing.threads import Lane
from minitasks.tracing.where import wrapped

LONGEST_LABEL = 26  # columns
MOST_LINES = 12  # of one function in one lane
NARROWEST_CHART = 20  # columns
TICKS_APART = 8  # columns, at least
APART = 6  # columns, between the words of two marks that stand between their signs
NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True)
class Glyphs:
    """The characters that pictures are drawn with; the last two stand before sentences."""

    runs: str = "█"
    partly: str = "▒"
    waits: str = "·"
    raises: str = "✗"
    mark: str = "▲"
    tick: str = "╷"
    more: str = "…"
    holds: str = "✓"
    differs: str = "≠"  # where other libraries than Starlette may want it so


UNICODE = Glyphs()
ASCII = Glyphs("#", "=", ".", "x", "^", tick="|", more="~", holds="+", differs="!")

STYLES = {"holds": "green", "fails": "bold red", "differs": "bold yellow"}


def show(console: Console, scenario: Scenario, title: str, run: ScenarioRun) -> None:
    """Print a scenario's recorded run, under a title that says what it ran on."""
    draw(console, [title, scenario.promise], run.view, scenario.file, findings(scenario, run))


def draw(
    console: Console, headings: list[str], view: View, own: Path | None, found: Iterable[Finding]
) -> None:
    """Print headings, the picture of a recorded run, and what is said of it.

    Calls are all drawn of the file, or the folder, that is the learner's own; None: of all files.
    """
    glyphs = glyphs_for(console)
    title, *others = (wrapped(heading, max(console.width, 20)) for heading in headings)
    lines = [*(Text(line, style="bold") for line in title), *map(Text, chain(*others))]
    lines += draw_lanes(view, own, console.width, glyphs)
    for finding in found:
        lines += in_words(finding, console.width, glyphs)
    print_lines(console, lines)


def print_lines(console: Console, lines: Iterable[Text]) -> None:
    for line in lines:
        console.print(line, no_wrap=True, overflow="ignore", crop=False)


def findings(scenario: Scenario, run: ScenarioRun) -> Iterator[Finding]:
    """Say what a run has shown, and how it ended where it did not end well."""
    yield from find(scenario.name, run.view)
    yield from full(run.timeline)
    if run.error:
        yield Finding(False, f"The scenario ended with {run.error}")


def glyphs_for(console: Console) -> Glyphs:
    return UNICODE if console.encoding.startswith("utf") else ASCII


def in_words(finding: Finding, width: int, glyphs: Glyphs) -> Iterator[Text]:
    """Write a sentence, with a sign before it that tells whether it holds."""
    first, *others = wrapped(finding.text, max(width - 2, 20))
    sign, kind = sign_of(finding, glyphs)
    yield Text.assemble((sign, STYLES[kind]), f" {first}")
    yield from (Text(f"  {line}") for line in others)


def sign_of(finding: Finding, glyphs: Glyphs) -> tuple[str, str]:
    """Give the sign before a sentence, and what it stands for: holds, fails or differs."""
    if finding.differs:
        return glyphs.differs, "differs"
    return (glyphs.holds, "holds") if finding.holds else (glyphs.raises, "fails")


# -- what is drawn ---------------------------------------------------------------------------------

Lines = list[tuple[str, list[Call]]]  # the label of each, and the calls on it


def is_own(call: Call, own: Path | None) -> bool:
    """Tell whether a call is of the scenario's file, or where a folder was named, of no package
    that is installed.
    """
    file = Path(call.file)
    return own is None or file == own or (own.suffix != ".py" and is_own_file(file))


def lines_of(shown: list[Call], lane: Lane, own: Path | None) -> Lines:
    """Put a lane's calls on lines: calls of one name on one line, unless it is the scenario's own
    and they overlap.
    """
    times = Counter(call.function for call in shown)
    lines: Lines = []
    for call in shown:
        if lane.number not in {each.lane for each in call.slices}:
            continue
        alone = is_own(call, own)
        name = label(call, with_arguments=alone and times[call.function] > 1)
        of_name = (calls for other, calls in lines if other == name)
        free = (calls for calls in of_name if not alone or calls[-1].end <= call.start)
        if calls := next(free, None):
            calls.append(call)
        else:
            lines.append((name, [call]))
    return fold(lines)


def fold(lines: Lines) -> Lines:
    """Put what is too much of one function on one line: a recursion, or a thousand side by side."""
    kept: Lines = []
    times: Counter[str] = Counter()
    for name, calls in lines:
        function = calls[0].function
        times[function] += 1
        if times[function] <= MOST_LINES:
            kept.append((name, calls))
        if times[function] == MOST_LINES:
            of_one = [calls for _, calls in lines if calls[0].function == function]
            if more := list(chain.from_iterable(of_one[MOST_LINES:])):
                kept.append((f"{label(more[0], with_arguments=False)}, {len(more)} more", more))
    return kept


def label(call: Call, with_arguments: bool) -> str:
    """Name a call: `resize_image`, or `resize_image(3)` with its plain arguments."""
    function = call.function.rpartition("<locals>.")[2]
    plain = [value for _, value in call.arguments if value.isdigit() or value[:1] in "'\""]
    return f"{function}({', '.join(plain)})" if with_arguments and plain else function


# -- the picture -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Scale:
    """Where a moment is drawn. Times are nanoseconds; the chart has `columns` columns."""

    start: int
    end: int
    columns: int

    def column(self, time: int) -> int:
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
        steps: Iterator[int] = (digit * 10**power for power in count(3) for digit in (1, 2, 5))
        return next(step for step in steps if step >= narrowest)


@dataclass(frozen=True)
class Row:
    """One line of the picture: a label, and styled characters, each at its column."""

    label: str
    style: str = ""
    cells: dict[int, tuple[str, str]] = field(default_factory=dict)

    def write(self, column: int, text: str, style: str = "") -> None:
        for letter in text:
            # The second column of a wide letter stays empty; an accent has none of its own.
            width = cell_len(letter)
            at = column if width else column - 1
            before = "" if width else self.cells.get(at, ("", ""))[0]
            self.cells.update(dict.fromkeys(range(at + 1, column + width), ("", style)))
            self.cells[at] = before + letter, style
            column += width

    def is_free(self, first: int, last: int) -> bool:
        """Tell whether nothing stands from one column to another, or right beside."""
        return not any(first - 2 < column < last + 2 for column in self.cells)


def draw_lanes(
    view: View, own_file: Path | None, width: int, glyphs: Glyphs = UNICODE
) -> list[Text]:
    """Draw a recorded run in so many columns: the time axis, the lanes, the legend."""
    of_clients = [x.time for x in view.timeline.events if view.lane(x).kind == "client"]
    start = min([*of_clients, view.zero])
    later = [call for call in view.all_calls if call.start >= start]
    shown = [call for call in later if is_own(call, own_file) or len(call.slices) > 1]
    # What held the loop is told in words.
    told = [mark for mark in view.all_marks if not mark.text.startswith(HELD_FOR)]
    marks = [mark for mark in told if mark.time >= start]
    end = max([call.end for call in shown] + [mark.time for mark in marks], default=start)
    lines = {lane: lines_of(shown, lane, own_file) for lane in view.lanes}
    moments: dict[Lane, dict[str, list[int]]] = {lane: defaultdict(list) for lane in view.lanes}
    for mark in marks:
        moments[view.lane(mark)][mark.text].append(mark.time)
    labels = [lane.name for lane in view.lanes]
    labels += [f"  {label}" for each in lines.values() for label, _ in each]
    for times in moments.values():
        labels += [f"  {words}" for words in times if len(times[words]) > 1]
    left = min(max(map(cell_len, labels), default=0), LONGEST_LABEL) + 2
    scale = Scale(start, end, max(width - left, NARROWEST_CHART))
    rows = [axis(view.zero, scale, glyphs)]
    for lane in view.lanes:
        rows += lane_rows(lane, moments[lane], lines[lane], scale, glyphs)
    return [*(as_text(row, left, scale.columns, glyphs) for row in rows), *legend(glyphs, width)]


def axis(zero: int, scale: Scale, glyphs: Glyphs) -> Row:
    """Draw the time axis: a tick at every round number of milliseconds."""
    row = Row("ms", "dim")
    for time in range(zero, scale.end + 1, scale.tick_step()):
        column, text = scale.column(time), f"{glyphs.tick}{(time - zero) / 1e6:g}"
        if column + len(text) <= scale.columns:
            row.write(column, text, "dim")
    return row


def lane_rows(
    lane: Lane, moments: dict[str, list[int]], lines: Lines, scale: Scale, glyphs: Glyphs
) -> Iterator[Row]:
    """Draw a lane: its name with its marks, what beats again and again, its calls."""
    marks = {words: list(map(scale.column, times)) for words, times in moments.items()}
    once = [(words, columns[0]) for words, columns in marks.items() if len(columns) == 1]
    yield from mark_rows(Row(lane.name, f"bold {COLOURS[lane.kind]}"), once, scale, glyphs)
    for words, columns in marks.items():
        if len(columns) > 1:
            yield Row(f"  {words}", "", dict.fromkeys(columns, (glyphs.mark, "bold")))
    for label, calls in lines:
        yield call_row(label, calls, lane, scale, glyphs)


def mark_rows(
    heading: Row, marks: list[tuple[str, int]], scale: Scale, glyphs: Glyphs
) -> list[Row]:
    """Draw marks beside a lane's name, on further lines where they don't leave each other room."""
    rows = [heading]
    for words, column in marks:
        text, start, gap = f"{glyphs.mark} {words}", column, 0
        # Left of the mark where there is no room on its right.
        if column + cell_len(text) > scale.columns and column > cell_len(words):
            text, start = f"{words} {glyphs.mark}", column - cell_len(words) - 1
            # Words on both sides of a gap would read as one phrase.
            gap = APART
        last = start + cell_len(text) - 1
        row = next((row for row in rows if row.is_free(start - gap, last)), None)
        if row is None:
            row = Row("", heading.style)
            rows.append(row)
        row.write(start, text)
    return rows


def call_row(label: str, calls: list[Call], lane: Lane, scale: Scale, glyphs: Glyphs) -> Row:
    """Draw calls: where they are on this thread, where suspended, and whether they raised."""
    lasts: dict[int, float] = defaultdict(float)
    runs: dict[int, float] = defaultdict(float)
    raised: list[int] = []
    for call in calls:
        here = [each for each in call.slices if each.lane == lane.number]
        scale.spread(lasts, here[0].start, here[-1].end)
        for each in here:
            scale.spread(runs, each.start, each.end)
        raised += [scale.column(each.end) for each in here if each.ended == "raise"]
    row = Row(f"  {label}")
    for column, time in lasts.items():
        mostly = glyphs.runs if runs[column] * 2 >= time else glyphs.partly
        row.cells[column] = (mostly if runs[column] else glyphs.waits, COLOURS[lane.kind])
    row.cells.update(dict.fromkeys(raised, (glyphs.raises, "bold red")))
    return row


def as_text(row: Row, left: int, columns: int, glyphs: Glyphs) -> Text:
    label = set_cell_size(row.label, left - 2)
    if cell_len(row.label) > left - 2:
        label = set_cell_size(row.label, left - 3) + glyphs.more
    text = Text(label + "  ", style=row.style)
    last = max(row.cells, default=-1)
    for column in range(min(last + 1, columns)):
        text.append(*row.cells.get(column, (" ", "")))
    if last >= columns:
        text.right_crop(1)
        text.append(glyphs.more)
    text.rstrip()
    return text


def legend(glyphs: Glyphs, width: int) -> list[Text]:
    """Say what the characters mean, in as many lines as it takes."""
    parts = (
        f"{glyphs.runs} runs or blocks its thread",
        f"{glyphs.partly} now and then",
        f"{glyphs.waits * 2} suspended",
        f"{glyphs.raises} raised",
        f"{glyphs.mark} mark",
    )
    unbroken = "  ".join(part.replace(" ", NO_BREAK_SPACE) for part in parts)
    lines = textwrap.wrap(unbroken, max(width, 1), break_long_words=False)
    return [Text(line.replace(NO_BREAK_SPACE, " "), style="dim") for line in lines]
