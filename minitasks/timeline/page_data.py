"""The data of the replay page: a timeline, small enough that 20,000 steps open at once.

`pack` makes it, `readRecording` in page_assets/recording.js unpacks it. Each text is stored once,
variables only where they change.
"""

import io
import keyword
import math
import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from itertools import accumulate, count, pairwise
from typing import Any, get_args

from minitasks.scenarios.library import library_files
from minitasks.timeline.calls import Slice, View
from minitasks.timeline.events import Event, Kind
from minitasks.tracing.threads import Lane

KINDS: tuple[Kind, ...] = get_args(Kind)
LONGEST_TEXT = 300  # characters of a name, a value, a line of source: more than a screen shows

# Rows of bars in one lane. The calls beyond share the last row: with a row for each of a thousand
# waiting calls, the other lanes would be pages away.
MOST_ROWS = 20

# A pause, in which every call is suspended, is drawn as long as it was up to this share of the time
# in which something ran. A longer one is cut, and marked as cut.
LONGEST_PAUSE = 0.1

# The pieces of source that have a colour, each under its CSS class: comments, strings, keywords.
COLOURED = re.compile(
    rf"""
    (?P<c> \#.* )
    | (?P<s> (?: (?<!\w) [bfrtuBFRTU]{{1,2}} )? (?s:
        (?P<three> '{{3}} | \"{{3}} ) (?: \\. | [^\\] )*? (?: (?P=three) | \\?\Z )
        | (?P<one> ['"] ) (?: \\. | (?! (?P=one) | \\ | \n ) . )* (?P=one)? ) )
    | \b (?P<k> {"|".join(keyword.kwlist)} ) \b
    """,
    re.VERBOSE,
)

Piece = tuple[str, str]  # CSS class, text


def pack(view: View) -> dict[str, Any]:
    """Turn a timeline into the page's data.

    `rows` has a row for each event: kind, nanoseconds since the row before, place on the axis,
    lane, task, frame, code, line, text, and then name and value of each variable that changed since
    the frame's row before. A kind, lane, code or text is its place in `kinds`, `lanes`, `codes` or
    `strings`; a value that is gone is -1.
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


class Axis:
    """The time axis of a picture: from a moment to its place between 0.0 (left) and 1.0 (right).

    While something runs, time is to scale: twice as long is twice as wide. Only pauses are cut.
    """

    def __init__(self, view: View) -> None:
        self._times = sorted({event.time for event in view.timeline.events})
        starts = [each.start for each in view.slices]
        ends = list(accumulate((each.end for each in view.slices), max, initial=0))
        # Of each gap between two moments: how long it was, and whether a call ran in it.
        gaps = [
            (later - sooner, ends[bisect_right(starts, sooner)] > sooner)
            for sooner, later in pairwise(self._times)
        ]
        longest = LONGEST_PAUSE * sum(length for length, runs in gaps if runs) or math.inf
        widths = [float(length if runs else min(length, longest)) for length, runs in gaps]
        lefts = list(accumulate(widths, initial=0.0))
        # Not by sum(widths), which rounds otherwise: the last place is exactly 1.
        self._places = [left / (lefts[-1] or 1.0) for left in lefts]
        # Where each pause that is drawn shorter begins and ends, and how long it was.
        self.cuts = [
            (*between, length)
            for between, (length, _), width in zip(
                pairwise(self._places), gaps, widths, strict=True
            )
            if width < length
        ]

    def place(self, time: float) -> float:
        """Place a moment, in nanoseconds since the recording began."""
        after = bisect_right(self._times, time)
        if after in (0, len(self._times)):
            return self._places[-1] if after else 0.0
        start, end = self._times[after - 1 : after + 1]
        left, right = self._places[after - 1 : after + 1]
        return left + (right - left) * (time - start) / (end - start)


class Packer:
    """Packs one event after the other; each row tells only what the rows before do not."""

    def __init__(self, view: View, axis: Axis) -> None:
        self.axis = axis
        self.lanes = {lane.number: place for place, lane in enumerate(view.lanes)}
        # A number for each, counted from 0 in the order in which they are asked for.
        self.strings: dict[str, int] = defaultdict(count().__next__)
        self.files: dict[str, int] = defaultdict(count().__next__)
        self.codes: dict[tuple[int, int], int] = defaultdict(count().__next__)
        self.time = 0
        self.variables: dict[int, dict[str, str]] = defaultdict(dict)  # of each frame, as last told

    def row(self, event: Event) -> list[int]:
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
        return self.strings[clip(text)]

    def changes(self, event: Event) -> Iterator[int]:
        """Tell how an event's variables differ from those last told of its frame."""
        before = self.variables[event.frame]
        after = self.variables[event.frame] = dict(event.variables)
        for name in (name for name in before if name not in after):
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
    lines: list[list[Piece]] = [[]]
    for css_class, text in coloured(io.StringIO(source, newline=None).read().removesuffix("\n")):
        first, *others = text.split("\n")
        lines[-1].append((css_class, first))
        lines += [[(css_class, other)] for other in others]
    for line in lines:
        whole = "".join(text for _, text in line)
        is_long = len(whole) > LONGEST_TEXT
        yield [("", clip(whole))] if is_long else [piece for piece in line if piece[1]]


def coloured(source: str) -> Iterator[Piece]:
    place = 0
    for found in COLOURED.finditer(source):
        yield "", source[place : found.start()]
        yield str(found.lastgroup), found[0]
        place = found.end()
    yield "", source[place:]


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
    # A call that was never resumed waits to the end, and longer.
    ends = {each.frame: math.inf if each.ended == "suspend" else each.end for each in found}
    rows: dict[tuple[int, int], int] = {}
    taken_until: dict[int, list[float]] = defaultdict(list)  # of each lane, for each row
    stacks: dict[int, list[int]] = defaultdict(list)  # of each lane, the rows of its running calls
    for each in found:
        stack, key = stacks[each.lane], (each.lane, each.frame)
        del stack[each.depth :]
        if key not in rows:
            lowest = stack[-1] + 1 if stack else 0
            rows[key] = take_row(taken_until[each.lane], lowest, each.start, ends[each.frame])
        stack.append(rows[key])
    return rows


def take_row(taken_until: list[float], lowest: int, start: int, end: float) -> int:
    """Take, until `end`, the first row from `lowest` on that is free at `start`."""
    row = lowest
    while row < len(taken_until) and taken_until[row] >= start:
        row += 1
    taken_until.extend([-1] * (row + 1 - len(taken_until)))
    taken_until[row] = end
    return row
