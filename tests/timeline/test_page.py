"""The replay page as a text: it holds the recording, the whole recording, and nothing that runs."""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, pairwise
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from minitasks.timeline import page_data
from minitasks.timeline.calls import View
from minitasks.timeline.events import Event, Timeline
from minitasks.timeline.page import json_in_html, render_page
from minitasks.timeline.page_data import cut_source, pack
from minitasks.tracing.threads import Lane
from tests.timeline.recordings import (
    FILE,
    LOOP,
    SOURCE,
    WORKER,
    event,
    long_timeline,
    run_of,
    story,
    view_of,
)

# -- the data --------------------------------------------------------------------------------------


def unpack(data: Any) -> Iterator[Event]:
    """Do what readRecording in recording.js does. A lane is its place from the top."""
    strings = [*data["strings"], None]  # -1 is what is gone
    variables: dict[int, dict[str, str]] = defaultdict(dict)
    time = 0
    for kind, delay, _, lane, task, frame, code, line, text, *changes in data["rows"]:
        time += delay
        file, function = data["codes"][code]
        for name, value in zip(changes[::2], changes[1::2], strict=True):
            if value == -1:
                del variables[frame][strings[name]]
            else:
                variables[frame][strings[name]] = strings[value]
        place = (frame, data["files"][file]["name"], strings[function], line)
        values = tuple(sorted(variables[frame].items()))
        yield Event(data["kinds"][kind], time, lane, task, *place, values, strings[text])


texts = st.text(max_size=5)
events = st.lists(
    st.builds(
        Event,
        kind=st.sampled_from(["call", "line", "suspend", "resume", "return", "raise"]),
        time=st.integers(0, 10**12),
        lane=st.sampled_from([LOOP.number, WORKER.number]),
        task=st.integers(1, 3),
        frame=st.integers(1, 4),
        file=st.sampled_from(["/a/b/c.py", "/a/b/d.py", "c.py"]),
        function=texts,
        line=st.integers(1, 9),
        variables=st.dictionaries(texts, texts, max_size=4).map(lambda each: tuple(each.items())),
        text=texts,
    ),
    max_size=20,
).map(lambda each: sorted(each, key=lambda event: event.time))


@given(events)
def test_the_page_has_every_event_with_all_that_is_known_of_it(events: list[Event]) -> None:
    """Whatever was recorded can be read out of the page again: nothing is lost by packing it."""
    view = view_of(*events, lanes=(LOOP, WORKER))
    found = list(unpack(json.loads(json_in_html(pack(view)))))
    assert found == [
        replace(
            event,
            lane=[LOOP.number, WORKER.number].index(event.lane),
            file="/".join(event.file.split("/")[-2:]),
            variables=tuple(sorted(event.variables)),
        )
        for event in events
    ]


def test_a_variable_takes_room_only_where_it_changes() -> None:
    """A thousand steps with the same large variables make a page hardly larger than one."""
    values = {f"name_{number}": "v" * 100 for number in range(50)}
    steps = [event("line", time, variables=values) for time in range(1000)]
    few, many = (len(json.dumps(pack(view_of(*part)))) for part in (steps[:1], steps))
    assert many - few < 1000 * 40


def test_a_mark_says_nothing_about_variables() -> None:
    """A mark in a function has no variables of its own, and does not make the function's vanish."""
    packed = pack(
        view_of(
            event("line", 1, variables={"x": "1"}),
            event("mark", 2, text="here"),
            event("line", 3, variables={"x": "1"}),
        )
    )
    assert [step.variables for step in unpack(packed)] == [(("x", "1"),)] * 3
    assert [len(row) for row in packed["rows"]] == [11, 9, 9]


def test_lanes_have_badges_that_tell_them_apart() -> None:
    """Clients are on top, by their numbers; then the event loop; worker thread 10 is behind 2."""
    workers = [Lane(n, "worker thread", f"worker thread {n}") for n in range(1, 12)]
    clients = [Lane(12, "client", "client 2"), Lane(13, "client", "client 1")]
    found = pack(view_of(lanes=(LOOP, *workers, *clients)))["lanes"]
    assert [lane["badge"] for lane in found] == ["C1", "C2", "L", *map(str, range(1, 12))]


def test_a_page_does_not_tell_where_on_the_computer_the_files_are() -> None:
    """Of a path the last folder and the file remain: a page is for others, a home folder is not."""
    files = pack(View(story()))["files"]
    assert "ada" not in render_page(View(story()))
    # What was left in code that is not recorded has no source to show.
    assert [(file["name"], len(file["lines"])) for file in files] == [
        ("", 0),
        ("shop/orders.py", 7),
    ]


# -- sources ---------------------------------------------------------------------------------------


@given(st.lists(st.sampled_from([*"'\"#\\\n {}fr=:x(", "def ", "'''", "{{", "f'"])).map("".join))
@example(SOURCE)
@example("def f():\n    return f'{{{x!r:>{width}}}} {{' + f\"{'a'}\" '''\nb\\\n''' r'\\d'\n")
@example("# only\r\n# Windows\r\n\ttabs\r")
@example("this is {{ no }} Python ' \n  at all\n")
@example('"""never closed\n\n')
@example("form\x0cfeed = '\u2028'\n名前 = '👩‍🚀'  # \u202e\n")
@example("\x00\n\ud800\n")
@example("")
def test_the_pieces_of_a_line_are_the_line(source: str) -> None:
    """Cutting a source to colour it loses no character, adds none, and keeps the lines' numbers."""
    lines = source.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n").split("\n")
    assert ["".join(text for _, text in pieces) for pieces in cut_source(source)] == lines


def test_keywords_strings_and_comments_have_their_classes() -> None:
    """`async` and `def` are keywords, a docstring is a string in all its lines."""
    lines = list(cut_source(SOURCE))
    assert lines[0][:4] == [("k", "async"), ("", " "), ("k", "def"), ("", " send(block: str) -> ")]
    assert lines[0][-1] == ("c", "# the loop is free meanwhile")
    assert lines[1] == [("", "    "), ("s", '"""Send it."""')]
    assert list(cut_source("'''a\nb'''")) == [[("s", "'''a")], [("s", "b'''")]]


# -- the axis --------------------------------------------------------------------------------------


def test_the_axis_is_to_scale_while_something_runs_and_cuts_long_pauses() -> None:
    """Twice as long is twice as wide; a pause is a tenth of what ran at most, and marked as cut."""
    view = view_of(
        event("call", 0),
        event("line", 20_000),
        event("suspend", 60_000),
        event("resume", 1_000_000_000),
        event("suspend", 1_000_040_000),
        event("resume", 1_000_045_000),
        event("return", 1_000_045_000),
    )
    axis = page_data.Axis(view)

    places = [axis.place(each.time) for each in view.timeline.events]

    assert places[0] == 0.0
    assert places[-1] == 1.0
    widths = [later - sooner for sooner, later in pairwise(places)]
    unit = widths[0] / 20
    assert widths == pytest.approx([20 * unit, 40 * unit, 10 * unit, 40 * unit, 5 * unit, 0])
    assert axis.cuts == [(places[2], places[3], 999_940_000)]
    assert axis.place(500_000_000) == pytest.approx((places[2] + places[3]) / 2, rel=0.01)
    assert axis.place(-1) == 0.0
    assert axis.place(2_000_000_000) == 1.0
    assert page_data.Axis(view_of()).place(5) == 0.0


# -- bars ------------------------------------------------------------------------------------------


def bars(steps: str) -> list[tuple[int, int, int]]:
    """Give the first step, the last step and the row of each bar."""
    return [(first, last, row) for first, last, _, row in pack(run_of(steps))["bars"]]


def test_a_call_keeps_its_row_while_it_is_suspended() -> None:
    """What runs meanwhile gets another row: a bar never lies on the line of a wait."""
    found = bars("call 1, suspend 1, call 2, return 2, resume 1, return 1, call 3, return 3")
    assert found == [(0, 1, 0), (2, 3, 1), (4, 5, 0), (6, 7, 0)]
    # A thousand calls that wait at the same time do not make the chart a thousand rows high.
    found = bars(", ".join(f"call {frame}, suspend {frame}" for frame in range(1000)))
    assert {row for *_, row in found} == set(range(page_data.MOST_ROWS))


# The first call's row is free again when the second, one below, calls a third.
FREE_ABOVE = "call 1, suspend 1, call 2, suspend 2, resume 1, return 1, resume 2, call 3"


@pytest.mark.parametrize(
    "view",
    [View(story()), View(long_timeline(600)), run_of(FREE_ABOVE)],
    ids=["story", "long", "free above"],
)
def test_no_two_calls_share_a_row_at_the_same_time(view: View) -> None:
    """In each lane, two calls whose lives overlap are in two rows, the inner one below."""
    found = view.slices
    rows = page_data.place_in_rows(found)
    lives = {
        each.frame: (
            each.lane,
            each.start,
            max(other.end for other in found if other.frame == each.frame),
        )
        for each in reversed(found)
    }

    for (one, (lane, start, end)), (other, (lane2, start2, end2)) in combinations(lives.items(), 2):
        if lane == lane2 and start <= end2 and start2 <= end:
            outer, inner = (one, other) if start < start2 else (other, one)
            assert rows[lane, outer] < rows[lane, inner]


def test_the_bar_of_a_call_that_has_not_ended_reaches_the_end() -> None:
    """A thread that is still blocked when the recording stops is drawn up to there."""
    bars = pack(run_of("call 2 worker, call 1, return 1"))["bars"]
    assert bars == [(0, 0, 1_000_000_000, 0), (1, 2, 1_000_000_000, 0)]


# -- the page itself -------------------------------------------------------------------------------


def test_megabytes_are_cut() -> None:
    """A long value, name, line or description is cut, and the page says how long it was."""
    much = "z" * 1_000_000
    steps = (event("line", 0, function=much, variables={much: much}, text=much),)
    lane = replace(LOOP, name=much)
    page = render_page(View(Timeline(steps, (lane,), {FILE: f"x\n{much}\n"})), much, much)
    assert len(page) - len(render_page(view_of())) < 12_000
    assert page.count("1,000,000 characters") > 5


def test_the_description_s_first_paragraph_is_shown_and_the_rest_can_be_unfolded() -> None:
    """A scenario's docstring becomes a paragraph, a list to unfold, and code in backquotes."""
    page = render_page(
        view_of(), "sync-task", "A promise.\n\nLook for:\n- `f` runs,\n  then\n- g < f"
    )
    assert (
        "<h1>sync-task</h1>\n  <p>A promise.</p><details><summary>Look for</summary>"
        "<ul><li><code>f</code> runs,\n  then\n</li><li>g &lt; f</li></ul></details>"
    ) in page
    assert "<summary>More</summary><p>B.</p><p>C:\nD.</p>" in render_page(
        view_of(), "", "A.\n\nB.\n\nC:\nD."
    )
