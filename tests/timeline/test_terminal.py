"""Lanes: the picture in the terminal, drawn from timelines written by hand."""

from dataclasses import replace
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from minitasks.timeline.events import Event, Kind
from minitasks.timeline.terminal import ASCII, UNICODE, Glyphs, Scale, draw_lanes
from minitasks.tracing.threads import Lane
from tests.timeline.recordings import CLIENT, LOOP, WORKER, event, view_of

OWN, LIBRARY = "own.py", "library.py"
WAIT: tuple[Kind, Kind] = ("suspend", "resume")


class Run:
    """Writes a timeline by hand: times are milliseconds, one frame a name."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def add(
        self, kind: Kind, time: float, lane: Lane, function: str, file: str = OWN, **more: Any
    ) -> "Run":
        name = function.rstrip("0123456789")
        made = event(kind, int(time * 1e6), lane, hash(function), name, **more)
        self.events.append(replace(made, file=file))
        return self

    def call(
        self,
        function: str,
        start: float,
        end: float,
        lane: Lane = LOOP,
        waits: tuple[float, ...] = (),
        ends: Kind = "return",
        file: str = OWN,
        number: str = "",
    ) -> "Run":
        self.add(
            "call", start, lane, function, file, variables={"number": number} if number else {}
        )
        for kind, time in zip(WAIT, waits, strict=False):
            self.add(kind, time, lane, function, file)
        return self.add(ends, end, lane, function, file)

    def mark(self, text: str, time: float, lane: Lane = LOOP) -> "Run":
        return self.add("mark", time, lane, "", text=text)

    def picture(self, width: int = 60, glyphs: Glyphs = ASCII) -> list[str]:
        """Draw it; leave out the legend."""
        lines = self.lines(width, glyphs)
        return list(takewhile(lambda line: " runs or blocks" not in line, lines))

    def lines(self, width: int, glyphs: Glyphs = ASCII) -> list[str]:
        numbers = {event.lane for event in self.events}
        lanes = tuple(lane for lane in (LOOP, WORKER, CLIENT) if lane.number in numbers)
        view = view_of(*sorted(self.events, key=lambda event: event.time), lanes=lanes)
        return [line.plain for line in draw_lanes(view, Path(OWN), width, glyphs)]

    def labels(self) -> list[str]:
        """Draw it; give what stands left of the bars, below the lane's name."""
        return [line[2:].split("  ")[0] for line in self.picture()[2:]]


def story() -> Run:
    """A server starts; a client posts; a coroutine waits for a thread."""
    return (
        Run()
        .call("main", 0, 200, waits=(1, 199))
        .call("post", 100, 120, CLIENT)
        .mark("request sent", 100, CLIENT)
        .mark("complete", 119, CLIENT)
        .call("tasks", 120, 180, waits=(121, 179), file=LIBRARY)
        .call("helper", 122, 123, file=LIBRARY)
        .call("save", 122, 178, WORKER)
    )


def test_a_whole_picture() -> None:
    """The client is on top, 0 ms is its request, and what came before it is left out."""
    assert story().picture() == [
        "ms               |0        |20        |40        |60",
        "client           ^ request sent",
        "                           ^ complete",
        "  post           ###########",
        "event loop",
        "  tasks                    #=..............................#",
        "worker thread 1",
        "  save                      ###############################",
    ]


def test_the_same_in_unicode() -> None:
    """Only the characters differ."""
    table = str.maketrans("|#=.x^", "╷█▒·✗▲")
    expected = [line.translate(table) for line in story().picture()]
    assert story().picture(glyphs=UNICODE) == expected


def test_the_librarys_calls_are_drawn_where_they_wait() -> None:
    """Of the library's calls those that never wait are left out; the scenario's are all drawn."""
    run = Run().call("quick", 0, 10).call("helper", 2, 3, file=LIBRARY)
    run.call("slow", 4, 9, waits=(5, 8), file=LIBRARY)
    assert run.labels() == ["quick", "slow"]


def test_a_raise_ends_with_its_own_sign() -> None:
    """The last column of a call that raised tells so, also over what else is there."""
    rows = Run().call("fail", 0, 10, waits=(1, 9), ends="raise").picture()
    assert rows[2].endswith("x")
    assert rows[2].count("x") == 1


def test_calls_of_one_name_share_a_line_unless_they_overlap() -> None:
    """One after another they are on one line; two at once are on two."""
    apart = Run().call("save1", 0, 10, WORKER).call("save2", 10, 20, WORKER)
    both = Run().call("save1", 0, 15, WORKER).call("save2", 10, 20, WORKER)
    assert len(apart.picture()) == 3
    assert len(both.picture()) == 4


def test_what_is_too_much_of_one_function_is_on_one_line() -> None:
    """Of thirty at once twelve have a line each, and one tells how many more there were."""
    run = Run()
    for number in range(30):
        run.call(f"save{number}", number, 60 - number, WORKER, number=str(number))
    assert run.labels() == [*(f"save({number})" for number in range(12)), "save, 18 more"]


def test_the_librarys_calls_of_one_name_always_share_a_line() -> None:
    """A library's function has one line, which runs where any of its calls does."""
    run = Run().call("task1", 0, 20, waits=(1, 19), file=LIBRARY, number="1")
    run.call("task2", 5, 30, waits=(6, 29), file=LIBRARY, number="2")
    (line,) = run.picture()[2:]
    assert line == "  task      ##......#=....................=#=.............##"


def test_what_is_called_twice_is_told_apart_by_plain_arguments() -> None:
    """Numbers and strings tell calls apart; other arguments would only take room."""
    run = Run().call("resize1", 0, 10, WORKER, number="7")
    run.call("resize2", 10, 20, WORKER, number="<Image object>")
    assert run.labels() == ["resize(7)", "resize"]


def test_a_mark_that_repeats_has_a_line_of_its_own() -> None:
    """A heartbeat is named once, on the left."""
    run = Run().call("main", 0, 40).mark("heartbeat", 10).mark("heartbeat", 30)
    (line,) = [line for line in run.picture() if "heartbeat" in line]
    assert line.startswith("  heartbeat")
    assert line.count("^") == 2


@pytest.mark.parametrize(
    ("time", "words", "drawn"),
    [
        pytest.param(30, "x" * 16, " " * 30 + "^ " + "x" * 16, id="to the last column"),
        pytest.param(30, "x" * 17, " " * 12 + "x" * 17 + " ^", id="one more: on its left"),
        pytest.param(20, "x" * 26, " " * 20 + "^ " + "x" * 26, id="none on its left"),
        pytest.param(20, "x" * 27, " " * 20 + "^ " + "x" * 25 + "~", id="on neither side: cut"),
    ],
)
def test_the_words_of_a_mark_stand_on_its_right_while_there_is_room(
    time: float, words: str, drawn: str
) -> None:
    """In a chart of 48 columns, one for each of 48 ms; a picture is never wider than it may be."""
    assert Run().call("main", 0, 48).mark(words, time).picture()[1] == f"{'event loop':<12}{drawn}"


def test_marks_share_a_line_while_they_leave_each_other_room() -> None:
    """A column between them is enough; none is not."""
    apart = Run().call("main", 0, 48).mark("ab", 10).mark("cd", 15)
    close = Run().call("main", 0, 48).mark("ab", 10).mark("cd", 14)
    assert len(apart.picture()) == 3
    assert len(close.picture()) == 4


@pytest.mark.parametrize("width", [40, 60, 80, 200])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    """Axis, lanes and marks fit, whatever the width; the picture uses it."""
    lines = story().mark("m" * width, 150).picture(width)
    assert max(map(cell_len, lines)) == width


def test_the_legend_fits_in_80_columns_or_takes_two_lines() -> None:
    """It is one line where there is room, and never wider than the terminal."""
    legend = "# runs or blocks its thread  = now and then  .. suspended  x raised  ^ mark"
    assert story().lines(80)[-1] == legend
    first, second = story().lines(50)[-2:]
    assert first.endswith("suspended") or first.endswith("now and then")
    assert second.endswith("mark")
    assert max(map(cell_len, (first, second))) <= 50


def test_a_long_name_is_cut() -> None:
    """A function's name takes no more than a third of 80 columns."""
    line = Run().call("f" * 100, 0, 10).picture()[2]
    assert line.startswith("  " + "f" * 23 + "~  #")


def test_a_picture_of_nothing() -> None:
    """Nothing was recorded: there is an axis and a legend, and no error."""
    assert len(Run().picture()) == 1


def test_bars_are_to_scale() -> None:
    """A moment's column is its share of the time, and the last moment is on the last column."""
    scale = Scale(start=0, end=100_000_000, columns=50)
    columns = [scale.column(time * 1_000_000) for time in (0, 1, 2, 50, 99, 100)]
    assert columns == [0, 0, 1, 25, 49, 49]


@pytest.mark.parametrize(
    ("end", "step"), [(1_000, 1_000), (50_000_000, 10_000_000), (70_000_000, 20_000_000)]
)
def test_ticks_are_round_and_not_too_close(end: int, step: int) -> None:
    """The step is 1, 2 or 5 times a power of ten, and takes eight columns at least."""
    assert Scale(0, end, columns=50).tick_step() == step


def test_who_takes_turns_is_shaded() -> None:
    """Two coroutines that run 1 ms in 4 are not both drawn as if they kept the thread."""
    run = Run()
    for turn in range(0, 400, 4):
        for time, name in ((turn + 1, "one"), (turn + 2, "other")):
            run.add("resume" if turn else "call", time, LOOP, name)
            run.add("suspend" if turn < 396 else "return", time + 1, LOOP, name)
    for line in run.picture()[2:4]:
        assert set(line.split()[1]) <= set("#=")
        assert line.count("=") > 40


def test_words_between_two_marks_do_not_read_as_one_phrase() -> None:
    """What stands left of its mark has room to what stands right of another, or its own line."""
    run = Run().call("main", 0, 100).mark("timeout over", 60).mark("shutdown over", 100)
    marks = [line for line in run.picture() if "^" in line][:2]
    assert [line.split("event loop")[-1].strip() for line in marks] == [
        "^ timeout over",
        "shutdown over ^",
    ]
