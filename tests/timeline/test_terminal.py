"""Lanes: the picture in the terminal, drawn from timelines written by hand."""

from dataclasses import replace
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from minitasks.timeline.events import Event, Kind
from minitasks.timeline.terminal import ASCII, UNICODE, Glyphs, Scale, draw_lanes
from tests.timeline.recordings import CLIENT, LOOP, WORKER, event, view_of

LANES = {"worker": WORKER, "client": CLIENT}
# A server starts; a client posts; a coroutine waits for a thread.
STORY = (
    "main 0 200 1..199; post 100 120 client; tasks 120 180 121..179 library; "
    "helper 122 123 library; save 122 178 worker; "
    "^ 100 client request sent; ^ 119 client complete"
)


def step(kind: Kind, time: float, function: str, words: list[str], **more: Any) -> Event:
    """Write an event by hand: times are milliseconds, one frame a name."""
    lane = next((lane for word, lane in LANES.items() if word in words), LOOP)
    name = function.rstrip("0123456789")
    made = event(kind, int(time * 1e6), lane, hash(function), name, **more)
    return replace(made, file="library.py" if "library" in words else "own.py")


def run(text: str) -> list[Event]:
    """Write a run: calls, each from when to when, and marks, each where and with what words.

    Of a call may be told where it runs, that it is a library's, that it raises, between which
    moments it waits, and its argument.
    """
    events = []
    for part in text.split("; "):
        function, start, *words = part.split(" ")
        if function == "^":
            mark = " ".join(word for word in words if word not in LANES)
            events.append(step("mark", float(start), "", words, text=mark))
            continue
        given = {word[0]: word[1:] for word in words if word[0] == "="}
        events.append(step("call", float(start), function, words, variables=given))
        for wait in (word.split("..") for word in words if ".." in word):
            events.append(step("suspend", float(wait[0]), function, words))
            events.append(step("resume", float(wait[1]), function, words))
        events.append(
            step("raise" if "raises" in words else "return", float(words[0]), function, words)
        )
    return events


def lines(events: list[Event], width: int = 60, glyphs: Glyphs = ASCII) -> list[str]:
    numbers = {event.lane for event in events}
    lanes = tuple(lane for lane in (LOOP, WORKER, CLIENT) if lane.number in numbers)
    view = view_of(*sorted(events, key=lambda event: event.time), lanes=lanes)
    return [line.plain for line in draw_lanes(view, Path("own.py"), width, glyphs)]


def picture(text: str, width: int = 60, glyphs: Glyphs = ASCII) -> list[str]:
    """Draw it; leave out the legend."""
    drawn = lines(run(text) if text else [], width, glyphs)
    return list(takewhile(lambda line: " runs or blocks" not in line, drawn))


def test_a_whole_picture() -> None:
    """The client is on top, 0 ms is its request, and what came before it is left out."""
    expected = [
        "ms               |0        |20        |40        |60",
        "client           ^ request sent",
        "                           ^ complete",
        "  post           ###########",
        "event loop",
        "  tasks                    #=..............................#",
        "worker thread 1",
        "  save                      ###############################",
    ]
    assert picture(STORY) == expected
    # In Unicode only the characters differ.
    unicode = [line.translate(str.maketrans("|#=.x^", "╷█▒·✗▲")) for line in expected]
    assert picture(STORY, glyphs=UNICODE) == unicode


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        # Of the library's calls those that never wait are left out; the scenario's are all drawn.
        ("quick 0 10; helper 2 3 library; slow 4 9 5..8 library", "quick, slow"),
        # Calls of one name share a line unless they overlap.
        ("save1 0 10 worker; save2 10 20 worker", "save"),
        ("save1 0 15 worker; save2 10 20 worker", "save, save"),
        # Of thirty at once twelve have a line each, and one tells how many more there were.
        (
            "; ".join(f"save{n} {n} {60 - n} worker ={n}" for n in range(30)),
            ", ".join([*(f"save({n})" for n in range(12)), "save, 18 more"]),
        ),
        # Numbers and strings tell calls apart; other arguments would only take room.
        ("resize1 0 10 worker =7; resize2 10 20 worker =<Image>", "resize(7), resize"),
        # A function's name takes no more than a third of 80 columns.
        ("f" * 100 + " 0 10", "f" * 23 + "~"),
        # Nothing was recorded: there is an axis, and no error.
        ("", ""),
    ],
)
def test_which_calls_have_a_line(text: str, labels: str) -> None:
    """Left of the bars, below the lane's name, stands what a line is of."""
    assert ", ".join(line[2:].split("  ")[0] for line in picture(text)[2:]) == labels


def test_a_raise_ends_with_its_own_sign() -> None:
    """The last column of a call that raised tells so, also over what else is there."""
    row = picture("fail 0 10 1..9 raises")[2]
    assert row.endswith("x")
    assert row.count("x") == 1


def test_the_librarys_calls_of_one_name_always_share_a_line() -> None:
    """A library's function has one line, which runs where any of its calls does."""
    (line,) = picture("task1 0 20 1..19 library =1; task2 5 30 6..29 library =2")[2:]
    assert line == "  task      ##......#=....................=#=.............##"


def test_a_mark_that_repeats_has_a_line_of_its_own() -> None:
    """A heartbeat is named once, on the left."""
    drawn = picture("main 0 40; ^ 10 heartbeat; ^ 30 heartbeat")
    (line,) = [line for line in drawn if "heartbeat" in line]
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
    assert picture(f"main 0 48; ^ {time} {words}")[1] == f"{'event loop':<12}{drawn}"


def test_marks_share_a_line_while_they_leave_each_other_room() -> None:
    """A column between them is enough; none is not. Nor do words read as one phrase."""
    assert len(picture("main 0 48; ^ 10 ab; ^ 15 cd")) == 3
    assert len(picture("main 0 48; ^ 10 ab; ^ 14 cd")) == 4
    drawn = picture("main 0 100; ^ 60 timeout over; ^ 100 shutdown over")
    marks = [line.split("event loop")[-1].strip() for line in drawn if "^" in line]
    assert marks[:2] == ["^ timeout over", "shutdown over ^"]


@pytest.mark.parametrize("width", [40, 60, 80, 200])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    """Axis, lanes and marks fit, whatever the width; the picture uses it."""
    assert max(map(cell_len, picture(f"{STORY}; ^ 150 {'m' * width}", width))) == width


def test_the_legend_fits_in_80_columns_or_takes_two_lines() -> None:
    """It is one line where there is room, and never wider than the terminal."""
    legend = "# runs or blocks its thread  = now and then  .. suspended  x raised  ^ mark"
    assert lines(run(STORY), 80)[-1] == legend
    first, second = lines(run(STORY), 50)[-2:]
    assert first.endswith(("suspended", "now and then"))
    assert second.endswith("mark")
    assert max(map(cell_len, (first, second))) <= 50


@pytest.mark.parametrize(
    ("end", "step"), [(1_000, 1_000), (50_000_000, 10_000_000), (70_000_000, 20_000_000)]
)
def test_ticks_are_round_and_bars_to_scale(end: int, step: int) -> None:
    """A step is 1, 2 or 5 times a power of ten, and takes eight columns; the last is the end's."""
    scale = Scale(0, end, columns=50)
    assert scale.tick_step() == step
    columns = [scale.column(end * percent // 100) for percent in (0, 1, 2, 50, 99, 100)]
    assert columns == [0, 0, 1, 25, 49, 49]


def test_who_takes_turns_is_shaded() -> None:
    """Two coroutines that run 1 ms in 4 are not both drawn as if they kept the thread."""
    waits = [" ".join(f"{turn + n}..{turn + n + 3}" for turn in range(0, 396, 4)) for n in (2, 3)]
    drawn = picture(f"one 1 398 {waits[0]}; other 2 399 {waits[1]}")
    for line in drawn[2:4]:
        assert set(line.split()[1]) <= set("#=")
        assert line.count("=") > 40
