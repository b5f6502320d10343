"""The tours' declarations: every stop is where it says, and fits a learner's terminal."""

import textwrap
from pathlib import Path

import pytest

from minitasks.scenarios import NAMES, find_scenario
from minitasks.scenarios.library import load_library
from minitasks.tour.stops import Stop, find_breakpoints
from minitasks.tour.tours import TOURS
from minitasks.tracing.where import WIDTH

SOURCE = '''
class Task:
    """A task."""

    def run(self):
        """Run it.

        one = 1
        """
        one = 1
        try:
            two = 2
        except ValueError:
            three = 3

        def inner():
            four = 4

        return four


def documented():
    """There is nothing to stop at."""


def twice():
    first = 1


def twice():
    second = 2
'''


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "source.py"
    path.write_text(SOURCE)
    return path


def line_of(text: str, nth: int = 1) -> int:
    lines = [at for at, line in enumerate(SOURCE.splitlines(), 1) if line.strip().startswith(text)]
    return lines[nth - 1]


def test_every_scenario_has_a_tour() -> None:
    """There is a tour for each scenario, in the same order."""
    assert tuple(TOURS) == NAMES


@pytest.mark.parametrize("name", TOURS)
def test_every_stop_is_as_declared_and_its_note_short(name: str) -> None:
    """An edit that moves or rewords its line fails; Starlette has each function. A note and its
    hint take six lines of a terminal at most: 24 have to hold more than one stop.
    """
    scenario = find_scenario(name)
    ours, theirs = (
        find_breakpoints(TOURS[name], load_library(each, scenario.needs).files, scenario.file)
        for each in ("minitasks", "starlette")
    )
    assert ours[1] == []
    assert [place.stop.text for place in ours[0] if not place.as_declared] == []
    there = {place.stop.function for place in theirs[0]}
    assert {stop.function for _, stop in theirs[1]} <= there
    for stop in TOURS[name]:
        assert stop.thread in ("event loop", "worker thread")
        lines = textwrap.wrap(stop.note, WIDTH) + textwrap.wrap(f"Look: {stop.try_this}", WIDTH)
        assert 2 <= len(lines) <= 6, stop


@pytest.mark.parametrize(
    ("function", "text", "found", "nth"),
    [
        ("Task.run", "one = 1", "one = 1", 2),
        ("Task.run", "two = 2", "two = 2", 1),
        ("Task.run", "three = 3", "three = 3", 1),
        ("Task.run.inner", "four = 4", "four = 4", 1),
        ("Task.run", "four = 4", "one = 1", 2),
        ("twice", "second = 2", "second = 2", 1),
    ],
    ids=["not in the docstring", "in try", "in except", "inner", "outer", "the last definition"],
)
def test_a_stop_is_on_a_statement(
    file: Path, function: str, text: str, found: str, nth: int
) -> None:
    """Of its own function, which is the last of that name, as when the file runs.

    Where the name is there but the text is not, the stop is at the function's beginning.
    """
    (place,), _ = find_breakpoints([Stop("", function, text, "")], [file], file)
    assert (place.line, place.as_declared) == (line_of(found, nth), found == text)


def test_what_has_no_line_to_stop_at_is_missing(file: Path) -> None:
    """A name that is not there, a class, a function with nothing but a docstring; and of several
    stops in other words, which would all be on one line, every one but the first.
    """
    functions = ("nobody", "Task", "documented", "Task.run", "Task.run")
    stops = [Stop("", function, "nowhere", "") for function in functions]
    places, missing = find_breakpoints(stops, [file], file)
    assert [place.number for place in places] == [4]
    assert missing == [(number, stops[number - 1]) for number in (1, 2, 3, 5)]


def test_the_librarys_function_goes_before_the_scenarios(tmp_path: Path, file: Path) -> None:
    """A name that both have is the library's; only the scenario's stops are gates."""
    library = tmp_path / "library.py"
    library.write_text("def twice():\n    second = 2\n")
    stops = [Stop("", "twice", "second = 2", ""), Stop("", "Task.run", "one = 1", "")]
    places, _ = find_breakpoints(stops, [library], file)
    assert [place.file.name for place in places] == ["library.py", "source.py"]
    assert [place.stop.is_gate for place in places] == [False, True]
