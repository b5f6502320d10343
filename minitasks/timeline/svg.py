"""SVG: a timeline as one static picture, for notebooks, a README and docs.

Each thread has a lane: its name with its marks, and a row for each function that ran there. Thick
bars are stretches on the thread, thin ones time spent suspended. The picture brings its own paper,
light or dark, and needs nothing from outside.
"""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from xml.etree import ElementTree as ET

from minitasks.timeline.calls import Call, calls
from minitasks.timeline.events import Event, Lane, Timeline
from minitasks.timeline.stretches import Axis, Stretch, marks

# Lengths are in the picture's own units; at its natural size, CSS pixels.
WIDTH = 960
MARGIN = 16
LABELS = 200  # the column of names
LEFT = MARGIN + LABELS
RIGHT = WIDTH - MARGIN
ROW = 20
BAR = 12
THIN = 2
LETTER = 6.6  # an average letter, at the picture's font size
NARROWEST = 1.5  # a bar: a step of a microsecond must be seen
MOST_ROWS = 20  # rows of one lane

# For light paper; the style sheet has those for dark.
COLOURS = {
    "event loop": "#0b62c4",
    "worker thread": "#1a7535",
    "client": "#7a3fd0",
    "thread": "#a34d00",
}
INK, FAINT, EDGE, PAPER, RAISED = "#1b2129", "#57626e", "#d3d9e0", "#ffffff", "#b3261e"

STYLE = """
.minitasks text { font: 12px system-ui, -apple-system, "Segoe UI", "Liberation Sans", sans-serif }
.minitasks .strong { font-weight: 600 }
@media (prefers-color-scheme: dark) {
  .minitasks .paper { fill: #0f1419; stroke: #36414d }
  .minitasks .ink { fill: #e4e9ee }
  .minitasks .faint { fill: #9aa6b2 }
  .minitasks .edge { stroke: #36414d }
  .minitasks .raised { stroke: #ff8f86 }
  .minitasks .event-loop { fill: #6cb2ff }
  .minitasks .worker-thread { fill: #5fcf7c }
  .minitasks .client { fill: #c3a0ff }
  .minitasks .thread { fill: #f5a05a }
}
"""


def render_svg(timeline: Timeline, title: str = "A recorded run") -> str:
    """Draw a timeline.

    Args:
        timeline: The recorded run.
        title: The picture's name: its heading, and what a screen reader calls it.

    Returns:
        An SVG document, `WIDTH` wide and as high as the run needs.
    """
    picture = Picture(timeline)
    picture.heading(title)
    for lane in timeline.lanes:
        picture.lane(lane)
    picture.legend()
    return picture.document(title)


def describe(timeline: Timeline) -> str:
    """Tell in words what the picture shows."""
    lanes = ", ".join(lane.name for lane in timeline.lanes) or "none"
    words = "; ".join(mark.text for _, mark in marks(timeline)) or "none"
    count = len(calls(timeline))
    return f"Lanes: {lanes}. {count} calls in {length(timeline)}. Marks, in order: {words}."


def length(timeline: Timeline) -> str:
    """Tell how long the run took."""
    return in_words(timeline.events[-1].time if timeline.events else 0)


def in_words(nanoseconds: int) -> str:
    """Write a duration in the unit that suits it."""
    for unit, size in (("s", 1e9), ("ms", 1e6)):
        if nanoseconds >= size:
            return f"{nanoseconds / size:.3g} {unit}"
    return f"{nanoseconds / 1e3:.3g} µs"


def clean(text: str) -> str:
    """Escape what XML can't hold; quotes and angle brackets are ElementTree's business."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)


def shortened(text: str, width: float) -> str:
    """Cut a text to a width, in its middle: the last part of a qualified name tells the most."""
    most = int(width / LETTER)
    if len(text) <= most:
        return text
    return f"{text[: most // 3]}…{text[len(text) - most + most // 3 + 1 :]}"


class Picture:
    """The picture, drawn from top to bottom: `_y` is how far it has come."""

    def __init__(self, timeline: Timeline) -> None:
        self._timeline = timeline
        self._axis = Axis(timeline)
        self._calls: dict[int, dict[str, list[Call]]] = defaultdict(lambda: defaultdict(list))
        for call in calls(timeline):
            self._calls[call.lane.number][call.function].append(call)
        self._drawing = ET.Element("g")
        self._y = float(MARGIN)

    def heading(self, title: str) -> None:
        """Write the title, and how long the run took."""
        self._text(MARGIN, shortened(title, WIDTH / 2), "ink strong")
        took = f"{length(self._timeline)} from left to right, long waits drawn short"
        self._text(RIGHT, took, "faint", anchor="end")
        self._y += ROW + 4

    def lane(self, lane: Lane) -> None:
        """Draw a thread: its name and marks, and a row for each function."""
        self._line(MARGIN, self._y, RIGHT, self._y)
        self._y += 6
        self._text(MARGIN, shortened(lane.name, LABELS), "ink strong")
        self._marks_of(lane)
        rows = list(self._calls[lane.number].items())
        for function, its_calls in rows[:MOST_ROWS]:
            self._row(lane, function, its_calls)
        if len(rows) > MOST_ROWS:
            self._text(MARGIN + 12, f"and {len(rows) - MOST_ROWS} more functions", "faint")
            self._y += ROW
        self._y += 6

    def legend(self) -> None:
        """Tell what the shapes mean."""
        self._line(MARGIN, self._y, RIGHT, self._y)
        self._y += 6
        middle = self._y + ROW / 2
        self._rectangle(LEFT, middle, 24, BAR, "faint", FAINT)
        self._text(LEFT + 30, "runs or blocks its thread", "ink")
        self._rectangle(LEFT + 200, middle, 24, THIN, "faint", FAINT)
        self._text(LEFT + 230, "suspended: its thread is free", "ink")
        self._cross(LEFT + 420, middle)
        self._text(LEFT + 432, "raised", "ink")
        self._triangle(LEFT + 500, middle)
        self._text(LEFT + 510, "mark", "ink")
        self._y += ROW + MARGIN / 2

    def document(self, title: str) -> str:
        """Put the drawing on its paper."""
        height = f"{self._y:.0f}"
        # Several pictures may stand in one notebook: each needs ids of its own.
        key = hashlib.sha1(repr((title, self._timeline.events)).encode()).hexdigest()[:8]
        svg = ET.Element(
            "svg",
            {
                "xmlns": "http://www.w3.org/2000/svg",
                "class": "minitasks",
                "viewBox": f"0 0 {WIDTH} {height}",
                "width": str(WIDTH),
                "height": height,
                "style": "max-width: 100%; height: auto",
                "font-family": "sans-serif",
                "font-size": "12",
                "role": "img",
                "aria-labelledby": f"title-{key} description-{key}",
            },
        )
        ET.SubElement(svg, "title", id=f"title-{key}").text = clean(title)
        ET.SubElement(svg, "desc", id=f"description-{key}").text = clean(describe(self._timeline))
        ET.SubElement(svg, "style").text = STYLE
        paper = {"class": "paper", "fill": PAPER, "stroke": EDGE, "rx": "6"}
        box = {"x": "0.5", "y": "0.5", "width": f"{WIDTH - 1}", "height": f"{self._y - 1:.0f}"}
        ET.SubElement(svg, "rect", {**paper, **box})
        svg.append(self._drawing)
        return ET.tostring(svg, encoding="unicode")

    def _x(self, time: int) -> float:
        return LEFT + self._axis.place(time) * (RIGHT - LEFT)

    def _marks_of(self, lane: Lane) -> None:
        """Draw a lane's marks: beside its name, but those that repeat in a row of their own."""
        of_words: dict[str, list[Event]] = defaultdict(list)
        for _, mark in marks(self._timeline):
            if mark.lane == lane.number:
                of_words[mark.text].append(mark)
        self._words_of([each[0] for each in of_words.values() if len(each) == 1])
        for words, repeated in of_words.items():
            if len(repeated) > 1:
                self._text(MARGIN + 12, shortened(words, LABELS - 20), "faint")
                for mark in repeated:
                    self._triangle(self._x(mark.time), self._y + ROW / 2)
                self._y += ROW

    def _words_of(self, single: list[Event]) -> None:
        """Draw marks with their words, on further rows where the words would touch."""
        top = self._y
        ends: list[float] = []  # of the words in each row
        for mark in single:
            x = self._x(mark.time)
            width = len(mark.text) * LETTER + 2 * BAR
            is_left = x + width > RIGHT
            start = x - width if is_left else x
            row = next((row for row, end in enumerate(ends) if end < start), len(ends))
            ends[row : row + 1] = [start + width]
            self._y = top + ROW * row
            self._triangle(x, self._y + ROW / 2)
            if is_left:
                self._text(x - BAR / 2 - 2, mark.text, "ink", anchor="end")
            else:
                self._text(x + BAR / 2 + 2, mark.text, "ink")
        self._y = top + ROW * max(len(ends), 1)

    def _row(self, lane: Lane, function: str, its_calls: Sequence[Call]) -> None:
        """Draw the calls of one function."""
        self._text(MARGIN + 12, shortened(function, LABELS - 20), "faint")
        for call in its_calls:
            if len(call.stretches) > 1:
                self._bar(lane, call.start, call.end, THIN)
        drawn_to = 0.0
        for stretch in (stretch for call in its_calls for stretch in call.stretches):
            # A loop's thousand steps are not drawn over each other.
            if self._x(stretch.end) > drawn_to:
                self._bar(lane, stretch.start, stretch.end, BAR, told(stretch))
                drawn_to = max(drawn_to, self._x(stretch.start) + NARROWEST)
        for call in its_calls:
            if call.ended == "raise":
                self._cross(self._x(call.end), self._y + ROW / 2)
        self._y += ROW

    def _bar(self, lane: Lane, start: int, end: int, height: float, told: str = "") -> None:
        left, right = self._x(start), self._x(end)
        css = lane.kind.replace(" ", "-")
        width = max(right - left, NARROWEST)
        self._rectangle(left, self._y + ROW / 2, width, height, css, COLOURS[lane.kind], told)

    def _rectangle(
        self,
        x: float,
        middle: float,
        width: float,
        height: float,
        css: str,
        fill: str,
        told: str = "",
    ) -> None:
        box = {"x": f"{x:.1f}", "y": f"{middle - height / 2:.1f}"}
        size = {"width": f"{width:.1f}", "height": f"{height:g}"}
        shape = ET.SubElement(self._drawing, "rect", {"class": css, "fill": fill, **box, **size})
        if told:
            ET.SubElement(shape, "title").text = clean(told)

    def _cross(self, x: float, y: float) -> None:
        path = f"M{x - 4:.1f} {y - 4:.1f}l8 8m0 -8l-8 8"
        shape = {"class": "raised", "d": path, "stroke": RAISED, "stroke-width": "2.5"}
        ET.SubElement(self._drawing, "path", shape)

    def _triangle(self, x: float, y: float) -> None:
        path = f"M{x:.1f} {y - 5:.1f}l5 9h-10z"
        ET.SubElement(self._drawing, "path", {"class": "ink", "d": path, "fill": INK})

    def _line(self, x1: float, y1: float, x2: float, y2: float) -> None:
        ends = {"x1": f"{x1:.1f}", "y1": f"{y1:.1f}", "x2": f"{x2:.1f}", "y2": f"{y2:.1f}"}
        ET.SubElement(self._drawing, "line", {"class": "edge", "stroke": EDGE, **ends})

    def _text(self, x: float, text: str, css: str, anchor: str = "start") -> None:
        place = {"x": f"{x:.1f}", "y": f"{self._y + ROW / 2 + 4:.1f}", "text-anchor": anchor}
        fill = FAINT if css == "faint" else INK
        node = ET.SubElement(self._drawing, "text", {"class": css, "fill": fill, **place})
        node.text = clean(text)


def told(stretch: Stretch) -> str:
    """Tell of a stretch in words, for whoever points at it."""
    endings = {"suspend": "then suspended", "return": "then returned", "raise": "then raised"}
    ended = endings.get(stretch.ended, "")
    lasted = in_words(stretch.end - stretch.start)
    return f"{stretch.function}: {lasted} from {in_words(stretch.start)} on {ended}".strip()
