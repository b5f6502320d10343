"""The replay page: a recording as one HTML file that shows it step by step, offline.

`render_page` packs the timeline into compact data and puts it, with the style and the scripts of page_assets/,
into page_assets/page.html. What the page does with it is written in those scripts, recording.js first.
"""

import base64
import hashlib
import html
import io
import json
import keyword
import string
import tokenize
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from importlib import resources
from typing import Any, get_args

from minitasks.timeline.events import Event, Kind, Lane, Timeline
from minitasks.timeline.stretches import Axis, Stretch, stretches

SCRIPTS = ("recording.js", "chart.js", "panels.js", "page.js")
KINDS: tuple[Kind, ...] = get_args(Kind)
LONGEST_TEXT = 300  # characters of a name, a value, a line of source; far more than a screen has room for

# Rows of bars in one lane. Calls beyond it share the last row, or ten thousand waiting tasks would make a page
# taller than any screen.
MOST_ROWS = 12

# The names of the pieces that a line of source is cut into: the CSS classes k, s and c.
PIECES = {
    tokenize.STRING: "s",
    tokenize.COMMENT: "c",
    **{
        getattr(tokenize, name): "s"
        for name in ("FSTRING_START", "FSTRING_MIDDLE", "FSTRING_END")  # Python 3.12 and newer
        if hasattr(tokenize, name)
    },
}


def render_page(timeline: Timeline, title: str = "Replay", description: str = "") -> str:
    """Make the replay page of a recording.

    Args:
        timeline: The recording.
        title: The page's title and heading, such as the scenario's name.
        description: What to look for, such as the scenario's docstring. Blank lines part paragraphs.

    Returns:
        A whole HTML document in ASCII, to be written to a file as it is: nothing is loaded from anywhere else.
        Texts of more than 300 characters are cut. The address `#step=12` opens it at the twelfth step.

    Example:
        >>> page = render_page(Timeline(events=(), lanes=(), sources={}), title="Nothing happened")
        >>> page.count("<h1>Nothing happened</h1>")
        1
    """
    style = asset("page.css")
    script = "\n".join(asset(name) for name in SCRIPTS)
    page = string.Template(asset("page.html")).substitute(
        policy=content_security_policy(style, script),
        title=html.escape(clip(title)),
        description=paragraphs(description),
        style=style,
        script=script,
        recording=json_in_html(pack(timeline)),
    )
    # In ASCII it reads the same whatever encoding a server or an editor takes it for, and half a surrogate pair,
    # which no encoding can write, becomes a character reference like any other.
    return page.encode("ascii", "xmlcharrefreplace").decode("ascii")


def asset(name: str) -> str:
    """Read a file of page_assets/."""
    folder = resources.files("minitasks.timeline") / "page_assets"
    return (folder / name).read_text(encoding="utf-8")


def content_security_policy(style: str, script: str) -> str:
    """Allow this one style and this one script, and nothing else, from here or from outside."""
    return (
        f"default-src 'none'; style-src '{sha256(style)}'; script-src '{sha256(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def sha256(text: str) -> str:
    """Name a text by its hash, the way a content security policy does."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


def paragraphs(text: str) -> str:
    """Turn plain text into HTML paragraphs."""
    parts = clip(text.strip(), 20 * LONGEST_TEXT).split("\n\n")
    return "".join(f"<p>{html.escape(part)}</p>" for part in parts)


def clip(text: str, longest: int = LONGEST_TEXT) -> str:
    """Cut a text that is longer than `longest`, and say so."""
    if len(text) <= longest:
        return text
    return f"{text[:longest]}… ({len(text):,} characters)"


def json_in_html(data: Any) -> str:
    """Write data as JSON that can stand inside a script element.

    There only `</script` and `<!--` mean anything to the HTML parser, so no `<` may be left.
    """
    return json.dumps(data, separators=(",", ":")).replace("<", "\\u003c")


# -- the data: what readRecording in recording.js unpacks ----------------------------------------------------


class Table(dict[str, int]):
    """Each text once: a text's number is its place in the table."""

    def __missing__(self, text: str) -> int:
        """Give the next number to a text that was not there."""
        self[text] = number = len(self)
        return number


def pack(timeline: Timeline) -> dict[str, Any]:
    """Turn a timeline into the page's data.

    A row for each event: kind, nanoseconds since the row before, place on the axis, lane, task, frame, code, line, text, and then
    name and value of each variable that changed since the frame's row before; -1 for a value that is gone.
    Texts are numbers into `strings`, a code is a file and a function, a lane is its place in `lanes`.
    """
    strings = Table()
    axis = Axis(timeline)
    files = Table()
    codes = Table()
    lanes = {lane.number: place for place, lane in enumerate(timeline.lanes)}
    code_rows = []
    rows = []
    before = 0
    variables: dict[int, dict[str, str]] = {}

    for event in timeline.events:
        code = f"{event.file}\n{event.function}"
        if code not in codes:
            code_rows.append((files[event.file], strings[clip(event.function)]))
        rows.append(
            [
                KINDS.index(event.kind),
                event.time - before,
                millionths(axis.place(event.time)),
                lanes[event.lane],
                event.task,
                event.frame,
                codes[code],
                event.line,
                strings[clip(event.text)],
                *changes(variables.setdefault(event.frame, {}), event, strings),
            ]
        )
        before = event.time

    return {
        "kinds": KINDS,
        "lanes": [pack_lane(lane, timeline.lanes) for lane in timeline.lanes],
        "files": [pack_file(path, timeline.sources.get(path, "")) for path in files],
        "codes": code_rows,
        "rows": rows,
        "bars": list(pack_bars(timeline, axis)),
        "strings": list(strings),
        "dropped": timeline.dropped,
    }


def changes(known: dict[str, str], event: Event, strings: Table) -> Iterator[int]:
    """Tell how an event's variables differ from those known of its frame; then know them."""
    now = {clip(name): clip(value) for name, value in event.variables}
    for name in known.keys() - now.keys():
        yield from (strings[name], -1)
    for name, value in now.items():
        if known.get(name) != value:
            yield from (strings[name], strings[value])
    known.clear()
    known.update(now)


def pack_lane(lane: Lane, lanes: Iterable[Lane]) -> dict[str, str]:
    """Give a lane its badge: a letter for what there is one of, a number where there may be several."""
    alike = [other for other in lanes if other.kind == lane.kind]
    number = alike.index(lane) + 1
    letter = {"event loop": "L", "client": "C"}.get(lane.kind, "")
    badge = letter if letter and number == 1 else f"{letter}{number}"
    return {"kind": lane.kind, "name": clip(lane.name), "badge": badge}


def pack_file(path: str, source: str) -> dict[str, Any]:
    """Give a file its short name and its lines, each as pieces of [class, text].

    The whole path stays here: it would tell whoever gets the page how someone's computer is arranged.
    """
    parts = path.replace("\\", "/").split("/")
    return {"name": clip("/".join(parts[-2:])), "lines": list(pieces(source))}


def pieces(source: str) -> Iterator[list[tuple[str, str]]]:
    """Cut each line of a source into keywords, strings, comments and the rest."""
    lines = io.StringIO(source, newline=None).readlines()
    colours = coloured(lines)
    for number, line in enumerate(lines, start=1):
        text = line.rstrip("\n")
        yield list(cut(text, colours.get(number, []))) if len(text) < LONGEST_TEXT else [("", clip(text))]


def cut(line: str, spans: list[tuple[int, int, str]]) -> Iterator[tuple[str, str]]:
    """Cut one line at the given spans of [start, end, class]."""
    place = 0
    for start, end, kind in spans:
        if place < start:
            yield ("", line[place:start])
        yield (kind, line[max(place, start) : end])
        place = end
    if place < len(line):
        yield ("", line[place:])


def coloured(lines: list[str]) -> dict[int, list[tuple[int, int, str]]]:
    """Find the spans to colour, by the number of their line."""
    spans: dict[int, list[tuple[int, int, str]]] = defaultdict(list)
    try:
        for token in tokenize.generate_tokens(iter(lines).__next__):
            kind = "k" if keyword.iskeyword(token.string) else PIECES.get(token.type)
            if kind:
                colour(spans, token, kind, lines)
    # A source that is not Python, such as a template, stays plain from where the tokenizer gave up.
    except (tokenize.TokenError, SyntaxError, ValueError):
        pass
    return spans


def colour(
    spans: dict[int, list[tuple[int, int, str]]],
    token: tokenize.TokenInfo,
    kind: str,
    lines: list[str],
) -> None:
    """Note a token's span in each line that it touches: a docstring touches several."""
    (first, start), (last, end) = token.start, token.end
    for number in range(first, last + 1):
        line = lines[number - 1].rstrip("\n")
        left = start if number == first else 0
        right = end if number == last else len(line)
        if left < right:
            spans[number].append((left, right, kind))


# -- the bars -------------------------------------------------------------------------------------------------


def pack_bars(timeline: Timeline, axis: Axis) -> Iterator[tuple[int, int, int, int]]:
    """Give each stretch as (first step, last step, place of its end, row in its lane)."""
    found = stretches(timeline)
    rows = rows_of(found)
    for each in found:
        row = min(rows[each.frame], MOST_ROWS - 1)
        yield (each.first, each.last, millionths(axis.place(each.end)), row)


def millionths(place: float) -> int:
    """Write a place in the run, from 0 to 1, as a whole number: shorter, and finer than any screen."""
    return round(place * 1_000_000)


def rows_of(found: Sequence[Stretch]) -> dict[int, int]:
    """Give each call a row of its lane for as long as it lives, below its caller's, and no row to two at once."""
    ends = {each.frame: each.end for each in found}
    rows: dict[int, int] = {}
    taken: dict[int, list[int]] = defaultdict(list)  # for each lane: until when each row is taken
    running: dict[int, list[Stretch]] = defaultdict(list)  # for each lane: its stack
    for each in found:
        stack = running[each.lane]
        del stack[each.depth :]
        if each.frame not in rows:
            below = rows[stack[-1].frame] + 1 if stack else 0
            rows[each.frame] = free_row(taken[each.lane], below, each.start, ends[each.frame])
        stack.append(each)
    return rows


def free_row(taken: list[int], below: int, start: int, end: int) -> int:
    """Take the first row from `below` on that is free at `start`, until `end`."""
    row = below
    while row < len(taken) and taken[row] >= start:
        row += 1
    taken.extend([-1] * (row + 1 - len(taken)))
    taken[row] = end
    return row
