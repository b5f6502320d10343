"""The SVG picture: what is drawn where, that nothing from the run can break it, and its words."""

import re
from xml.etree import ElementTree as ET

import pytest

from minitasks.timeline.events import Event, Kind, Lane, Timeline
from minitasks.timeline.record import record
from minitasks.timeline.svg import BAR, LEFT, RIGHT, THIN, render_svg
from tests.timeline import programs

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "</script></svg>\"'&<b>\x00\ud800🙂\x1b[31m"

LOOP = Lane(0, "event loop", "event loop")
WORKER = Lane(1, "worker thread", "worker thread 1")


def event(
    kind: Kind, time: int, lane: int = 0, frame: int = 1, name: str = "save", text: str = ""
) -> Event:
    return Event(kind, time, lane, 1, frame, "f.py", name, 1, text=text)


def parse(timeline: Timeline, title: str = "A run") -> ET.Element:
    return ET.fromstring(render_svg(timeline, title))


def boxes(picture: ET.Element, css: str, height: float) -> list[tuple[float, float]]:
    """Give the left and right ends of the bars of one kind, without the legend's."""
    return [
        (float(bar.attrib["x"]), float(bar.attrib["x"]) + float(bar.attrib["width"]))
        for bar in picture.iter(f"{SVG}rect")
        if bar.get("class") == css and float(bar.attrib["height"]) == height
    ]


def words(picture: ET.Element) -> list[str]:
    return ["".join(text.itertext()) for text in picture.iter(f"{SVG}text")]


WAITS = Timeline(
    (
        event("call", 0),
        event("suspend", 1_000_000),
        event("call", 2_000_000, lane=1, frame=2, name="print_label"),
        event("mark", 3_000_000, lane=1, frame=0, text="printing"),
        event("raise", 4_000_000, lane=1, frame=2, name="print_label", text="OSError()"),
        event("resume", 5_000_000),
        event("return", 6_000_000),
    ),
    (LOOP, WORKER),
    {},
)


def test_thick_bars_are_stretches_and_a_thin_one_is_the_wait_between() -> None:
    """A coroutine that waits is drawn twice, with a line between; a plain call once."""
    picture = parse(WAITS)

    (first, second) = boxes(picture, "event-loop", BAR)
    assert LEFT == first[0] < first[1] < second[0] < second[1] == RIGHT
    assert boxes(picture, "event-loop", THIN) == [(LEFT, RIGHT)]
    (call,) = boxes(picture, "worker-thread", BAR)
    assert first[1] < call[0] < call[1] < second[0]
    assert boxes(picture, "worker-thread", THIN) == []


def test_a_function_that_raised_has_a_cross_at_its_end() -> None:
    """Where the bar ends, and nowhere else but in the legend."""
    picture = parse(WAITS)

    crosses = [path for path in picture.iter(f"{SVG}path") if path.get("class") == "raised"]
    (_, end) = boxes(picture, "worker-thread", BAR)[0]
    left = float(re.match(r"M([\d.]+)", crosses[0].attrib["d"])[1])  # type: ignore[index]
    assert len(crosses) == 2
    assert left + 4 == pytest.approx(end, abs=0.2)


def test_names_marks_and_lanes_are_written() -> None:
    """Each lane's name comes before its functions, a mark stands in its lane."""
    found = words(parse(WAITS))

    order = [found.index(each) for each in ("event loop", "save", "worker thread 1", "print_label")]
    assert order == sorted(order)
    assert found.index("worker thread 1") < found.index("printing") < found.index("print_label")


def test_it_has_a_name_and_a_description() -> None:
    """For who can't see it: what it is called, and in words what it shows."""
    picture = parse(WAITS, "Two labels")

    name, description = picture.attrib["aria-labelledby"].split()
    assert picture.attrib["role"] == "img"
    assert picture.findtext(f"{SVG}title[@id='{name}']") == "Two labels"
    assert picture.findtext(f"{SVG}desc[@id='{description}']") == (
        "Lanes: event loop, worker thread 1. 2 calls in 6 ms. Marks, in order: printing."
    )


def test_two_pictures_on_one_page_have_different_ids() -> None:
    """As they stand in a notebook, below each other."""
    other = Timeline(WAITS.events[:2], (LOOP,), {})

    assert parse(WAITS).attrib["aria-labelledby"] != parse(other).attrib["aria-labelledby"]
    assert render_svg(WAITS) == render_svg(WAITS)


@pytest.mark.parametrize("at", [0, 500_000, 999_990])
def test_words_of_marks_do_not_touch(at: int) -> None:
    """Marks close to each other get rows of their own; at the right end the words stand left."""
    marks = tuple(event("mark", at + time, text=f"mark number {time}") for time in range(5))
    run = Timeline((event("call", 0), *marks, event("return", 1_000_000)), (LOOP,), {})

    found = [
        each for each in parse(run).iter(f"{SVG}text") if (each.text or "").startswith("mark n")
    ]
    assert len({each.attrib["y"] for each in found}) == 5
    assert {each.attrib["text-anchor"] for each in found} == {"end" if at > 900_000 else "start"}


def test_words_that_stand_left_of_their_mark_do_not_touch_what_is_there() -> None:
    """They need room before the mark, not behind it."""
    marks = (event("mark", 700_000, text="a longer mark"), event("mark", 999_000, text="end " * 20))
    run = Timeline((event("call", 0), *marks, event("return", 1_000_000)), (LOOP,), {})

    found = {each.text: each.attrib["y"] for each in parse(run).iter(f"{SVG}text")}
    assert found["a longer mark"] != found["end " * 20]


def test_a_mark_that_repeats_has_a_row_of_its_own() -> None:
    """A heartbeat is named once, with a triangle for each beat."""
    beats = tuple(event("mark", 10_000 * beat, text="heartbeat") for beat in range(1, 6))
    picture = parse(Timeline((event("call", 0), *beats, event("return", 1_000_000)), (LOOP,), {}))

    triangles = [path for path in picture.iter(f"{SVG}path") if path.get("class") == "ink"]
    assert words(picture).count("heartbeat") == 1
    assert len(triangles) == 5 + 1  # and the legend's


def test_nothing_from_the_run_breaks_the_picture() -> None:
    """Names and words stay text, whatever they are: no element, no control character."""
    hostile = Timeline(
        (
            event("call", 0, name=HOSTILE),
            event("mark", 1, text=HOSTILE),
            event("return", 9, name=HOSTILE),
        ),
        (Lane(0, "client", HOSTILE),),
        {},
    )

    text = render_svg(hostile, HOSTILE)
    picture = ET.fromstring(text)

    text.encode("utf-8")
    names = {each.tag for each in picture.iter()}
    assert names == {
        f"{SVG}{each}"
        for each in ("svg", "title", "desc", "style", "rect", "g", "text", "line", "path")
    }
    assert "</script" not in text


def test_it_needs_nothing_from_outside() -> None:
    """No link, no import, no script: it is shown as it is wherever it is put."""
    text = render_svg(WAITS)

    assert "http" not in text.replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert not re.search(r"url\(|@import|<script|href", text)


def test_an_empty_timeline_is_a_picture_too() -> None:
    """A block in which nothing of the files ran is no error."""
    picture = parse(Timeline((), (), {}))

    assert int(picture.attrib["height"]) > 0
    assert "0 µs" in "".join(words(picture))


def loop(steps: int, functions: int) -> Timeline:
    """Write a run that calls some functions in turns."""
    events: list[Event] = []
    for step in range(steps):
        name = f"function {step % functions}"
        events.append(event("call", 1000 * step, frame=step + 1, name=name))
        events.append(event("return", 1000 * step + 500, frame=step + 1, name=name))
    return Timeline(tuple(events), (LOOP,), {})


def test_a_long_run_makes_no_long_document() -> None:
    """Steps that would be drawn over each other are drawn once."""
    assert len(render_svg(loop(steps=3_000, functions=1))) < 150_000


def test_of_many_functions_the_first_are_drawn_and_the_rest_is_counted() -> None:
    """A lane stays of a height that can be looked at."""
    assert "and 5 more functions" in words(parse(loop(steps=100, functions=25)))


def test_a_timeline_shows_itself_as_this_picture() -> None:
    """In a notebook, by whichever of the two names it is at hand."""
    with record([programs.__file__]) as recording:
        programs.sync_calls("")

    assert recording._repr_html_() == recording.timeline._repr_html_()
    assert ET.fromstring(recording._repr_html_()).tag == f"{SVG}svg"
