"""The data of the replay page: a timeline, small enough that 20,000 steps open at once.

`pack` makes it, `readRecording` in page_assets/recording.js unpacks it. Each text is stored once,
variables only where they change. Then the sources, cut into pieces to colour; then the bars.
"""

import io
import keyword
import math
import tokenize
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from itertools import accumulate, pairwise
from typing import Any, TypeVar, get_args

from minitasks.scenarios.library import library_files
from minitasks.timeline.calls import Slice, View
from minitasks.timeline.events import Event, Kind
from minitasks.tracing.threads import Lane

KINDS: tuple[Kind, ...] = get_args(Kind)
LONGEST_TEXT = 300  # characters of a name, a value, a line of source: more than a screen shows

# Rows of bars in one lane. The calls beyond share the last row: with a row for each of a thousand
# waiting calls, the other lanes would be pages away.
MOST_ROWS = 20

# The pieces of source that have a colour, and their CSS classes. Keywords have the class "k".
COLOURED = {
    getattr(tokenize, name): css_class
    for name, css_class in {
        "COMMENT": "c",
        "STRING": "s",
        "FSTRING_START": "s",  # from Python 3.12 on, an f-string is more than one token
        "FSTRING_MIDDLE": "s",
        "FSTRING_END": "s",
    }.items()
    if hasattr(tokenize, name)
}

Key = TypeVar("Key")
Row = list[int]
Piece = tuple[str, str]  # CSS class, text
Span = tuple[int, int, str]  # first column, column behind the last, CSS class


def pack(view: View) -> dict[str, Any]:
    """Turn a timeline into the page's data.

    Args:
        view: The recording.

    Returns:
        Plain data. `rows` has a row for each event: kind, nanoseconds since the row before, place
        on the axis, lane, task, frame, code, line, text, and then name and value of each variable
        that changed since the frame's row before. A kind, lane, code or text is its place in
        `kinds`, `lanes`, `codes` or `strings`; a value that is gone is -1.
    """
    timeline = view.timeline
    axis = Axis(view)
    packer = Packer(view, axis)
    rows = [packer.row(event) for event in timeline.events]
    library = set(map(str, library_files()))
    return {
        "kinds": KINDS,
        "lanes": [pack_lane(lane, view.lanes) for lane in view.lanes],
        "files": [pack_file(path, timeline.sources.get(path), library) for path in packer.files],
        "codes": list(packer.codes),
        "strings": list(packer.strings),
        "rows": rows,
        "bars": list(pack_bars(view, axis)),
        "cuts": [(fine(left), fine(right), length) for left, right, length in axis.cuts],
        "zero": view.zero,
        "dropped": timeline.dropped,
    }


def clip(text: str, longest: int = LONGEST_TEXT) -> str:
    """Cut a text that is longer than `longest`, and say so."""
    if len(text) <= longest:
        return text
    return f"{text[:longest]}… ({len(text):,} characters)"


# A pause, in which every call is suspended, is drawn as long as it was up to this share of the time
# in which something ran. A longer one is cut, and marked as cut.
LONGEST_PAUSE = 0.1


class Axis:
    """The time axis of a picture: from a moment to its place between 0.0 (left) and 1.0 (right).

    While something runs, time is to scale: twice as long is twice as wide. Only pauses are cut.

    Args:
        view: The run to place.

    Attributes:
        cuts: The pauses that are drawn shorter than they were: where each begins and ends on the
            axis, and how long it was, in nanoseconds.

    Example:
        >>> from minitasks.tracing.threads import Lane
        >>> times = {"call": 0, "line": 20, "suspend": 100, "resume": 5_000, "return": 5_100}
        >>> events = tuple(
        ...     Event(kind, time, lane=0, task=1, frame=1, file="f.py", function="f", line=1)
        ...     for kind, time in times.items()
        ... )
        >>> axis = Axis(View(Timeline(events, (Lane(0, "event loop", "event loop"),), {})))
        >>> [round(axis.place(event.time), 3) for event in events]
        [0.0, 0.091, 0.455, 0.545, 1.0]
        >>> [duration for _, _, duration in axis.cuts]
        [4900]
    """

    def __init__(self, view: View) -> None:
        self._times = sorted({event.time for event in view.timeline.events})
        runs = list(gaps_that_run(view.slices, self._times))
        lengths = [later - sooner for sooner, later in pairwise(self._times)]
        busy = sum(length for length, run in zip(lengths, runs, strict=True) if run)
        longest = LONGEST_PAUSE * busy or math.inf
        widths = [
            float(length) if run else min(length, longest)
            for length, run in zip(lengths, runs, strict=True)
        ]
        ends = list(accumulate(widths, initial=0.0))
        # Not by sum(widths), which rounds otherwise: the last place is exactly 1.
        self._places = [end / (ends[-1] or 1.0) for end in ends]
        self.cuts = [
            (left, right, length)
            for (left, right), length, width in zip(
                pairwise(self._places), lengths, widths, strict=True
            )
            if width < length
        ]

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


def gaps_that_run(slices: Sequence[Slice], times: Sequence[int]) -> Iterator[bool]:
    """Tell of each gap between two moments whether a call ran in it."""
    ended = 0
    waiting = iter(slices)
    following = next(waiting, None)
    for sooner, _ in pairwise(times):
        while following is not None and following.start <= sooner:
            ended = max(ended, following.end)
            following = next(waiting, None)
        yield ended > sooner


class Numbers(dict[Key, int]):
    """A number for each key, counted from 0 in the order in which they are asked for."""

    def __missing__(self, key: Key) -> int:
        """Give the next number."""
        self[key] = number = len(self)
        return number


class Packer:
    """Packs one event after the other; each row tells only what the rows before do not."""

    def __init__(self, view: View, axis: Axis) -> None:
        self.axis = axis
        self.lanes = {lane.number: place for place, lane in enumerate(view.lanes)}
        self.strings: Numbers[str] = Numbers()
        self.files: Numbers[str] = Numbers()
        self.codes: Numbers[tuple[int, int]] = Numbers()
        self.time = 0
        self.variables: dict[int, dict[str, str]] = defaultdict(dict)  # of each frame, as last told

    def row(self, event: Event) -> Row:
        """Pack one event."""
        delay, self.time = event.time - self.time, event.time
        return [
            KINDS.index(event.kind),
            delay,
            fine(self.axis.place(event.time)),
            self.lanes[event.lane],
            event.task,
            event.frame,
            self.codes[self.files[event.file], self.text(event.function)],
            event.line,
            self.text(event.text),
            *(() if event.kind == "mark" else self.changes(event)),
        ]

    def text(self, text: str) -> int:
        """Give a text its number."""
        return self.strings[clip(text)]

    def changes(self, event: Event) -> Iterator[int]:
        """Tell how an event's variables differ from those last told of its frame."""
        before = self.variables[event.frame]
        after = self.variables[event.frame] = dict(event.variables)
        for name in before.keys() - after.keys():
            yield from (self.text(name), -1)
        for name, value in after.items():
            if before.get(name) != value:
                yield from (self.text(name), self.text(value))


def pack_lane(lane: Lane, lanes: Sequence[Lane]) -> dict[str, str]:
    """Give a lane its badge: a letter and the number in its name, as L, C2 or, for a worker, 1."""
    letter = {"event loop": "L", "client": "C", "thread": "T"}.get(lane.kind, "")
    alike = [other for other in lanes if other.kind == lane.kind]
    named = lane.name.removeprefix(lane.kind).strip()
    number = named if lane.kind != "thread" else str(alike.index(lane) + 1)
    badge = f"{letter}{number if number.isdigit() else ''}" or str(alike.index(lane) + 1)
    return {"kind": lane.kind, "name": clip(lane.name), "badge": badge}


# -- sources ---------------------------------------------------------------------------------------


def pack_file(path: str, source: str | None, library: Collection[str]) -> dict[str, Any]:
    """Give a file its name, whether it is one of the task classes', and its lines, each in pieces.

    The name is short, not the whole path, which would tell everyone who gets the page how someone's
    computer is arranged.
    """
    parts = path.replace("\\", "/").split("/")
    lines = [] if source is None else list(cut_source(source))
    return {"name": clip("/".join(parts[-2:])), "library": path in library, "lines": lines}


def cut_source(source: str) -> Iterator[list[Piece]]:
    """Cut each line into keywords, strings, comments and the rest."""
    lines = io.StringIO(source, newline=None).read().removesuffix("\n").split("\n")
    spans = coloured_spans(lines)
    for number, line in enumerate(lines, start=1):
        if len(line) > LONGEST_TEXT:
            yield [("", clip(line))]
        else:
            yield list(cut_line(line, spans[number]))


def cut_line(line: str, spans: list[Span]) -> Iterator[Piece]:
    """Cut one line at its spans."""
    place = 0
    for start, end, css_class in spans:
        if place < start:
            yield ("", line[place:start])
        yield (css_class, line[start:end])
        place = end
    if place < len(line):
        yield ("", line[place:])


def coloured_spans(lines: list[str]) -> dict[int, list[Span]]:
    """Find what to colour, by the number of its line."""
    spans: dict[int, list[Span]] = defaultdict(list)
    readline = (f"{line}\n" for line in lines).__next__
    try:
        for token in tokenize.generate_tokens(readline):
            css_class = "k" if keyword.iskeyword(token.string) else COLOURED.get(token.type)
            if css_class:
                add_spans(spans, token, css_class, lines)
    except (tokenize.TokenError, SyntaxError, ValueError):
        # Not Python, such as a template: it stays plain from where the tokenizer gave up.
        pass
    return spans


def add_spans(
    spans: dict[int, list[Span]], token: tokenize.TokenInfo, css_class: str, lines: list[str]
) -> None:
    """Add a token's span in each line that it touches: a docstring touches several."""
    (first, start), (last, end) = token.start, token.end
    for number in range(first, last + 1):
        left = start if number == first else 0
        right = end if number == last else len(lines[number - 1])
        if left < right:
            spans[number].append((left, right, css_class))


# -- bars ------------------------------------------------------------------------------------------


def pack_bars(view: View, axis: Axis) -> Iterator[tuple[int, int, int, int]]:
    """Give each slice as (first step, last step, place of its end, row in its lane)."""
    rows = place_in_rows(view.slices)
    for each in view.slices:
        row = min(rows[each.lane, each.frame], MOST_ROWS - 1)
        yield (each.first, each.last, fine(axis.place(each.end)), row)


def fine(place: float) -> int:
    """Write a place on the axis, from 0 to 1, as a whole number: shorter, and fine enough."""
    return round(place * 1_000_000_000)


def place_in_rows(found: Sequence[Slice]) -> dict[tuple[int, int], int]:
    """Give each call a row of each lane that it was on, for its whole life, suspended or not.

    No two calls that live at the same time share a row, and a call is below its caller.
    """
    ends = {
        # A call that was never resumed waits to the end, and longer.
        each.frame: math.inf if each.ended == "suspend" else each.end
        for each in found
    }
    rows: dict[tuple[int, int], int] = {}
    taken_until: dict[int, list[float]] = defaultdict(list)  # of each lane, for each row
    stacks: dict[int, list[int]] = defaultdict(list)  # of each lane, the rows of its running calls
    for each in found:
        stack = stacks[each.lane]
        del stack[each.depth :]
        if (each.lane, each.frame) not in rows:
            lowest = stack[-1] + 1 if stack else 0
            taken = taken_until[each.lane]
            rows[each.lane, each.frame] = take_row(taken, lowest, each.start, ends[each.frame])
        stack.append(rows[each.lane, each.frame])
    return rows


def take_row(taken_until: list[float], lowest: int, start: int, end: float) -> int:
    """Take, until `end`, the first row from `lowest` on that is free at `start`."""
    row = lowest
    while row < len(taken_until) and taken_until[row] >= start:
        row += 1
    taken_until.extend([-1] * (row + 1 - len(taken_until)))
    taken_until[row] = end
    return row
