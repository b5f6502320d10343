"""The stops of a learner's own program: found from its text, without running it."""

import sys
from pathlib import Path

import pytest

from minitasks.errors import CannotRun
from minitasks.tour.own_program import find_own_breakpoints, library_files, run_program
from minitasks.tour.run_tour import tour_of_program

PROGRAM = """\
import functools
import sys
from minitasks import BackgroundTask, BackgroundTasks, run_in_threadpool

def send(to):
    '''Send it.'''
    print(to, sys.argv[1:])

class Shop:
    async def save(self):
        print("saved")

async def main(shop=Shop()):
    tasks = BackgroundTasks()
    tasks.add_task(send, "ada")
    tasks.add_task(
        functools.partial(shop.save),
    )
    if tasks.tasks:
        await run_in_threadpool(lambda: None)
    one = BackgroundTask(unknown)

print("it ran as", __name__, sys.argv[1:])
"""


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """Give the program above as a file."""
    path = tmp_path / "app.py"
    path.write_text(PROGRAM)
    return path


def test_stops_are_at_the_calls_and_in_what_they_hand_over(app: Path) -> None:
    """The calls in the order of their lines, then the functions, each at its first statement."""
    lines = PROGRAM.splitlines()
    places = find_own_breakpoints(app)
    assert [lines[place.line - 1].strip() for place in places] == [
        "tasks = BackgroundTasks()",
        'tasks.add_task(send, "ada")',
        "tasks.add_task(",
        "await run_in_threadpool(lambda: None)",
        "one = BackgroundTask(unknown)",
        "print(to, sys.argv[1:])",
        'print("saved")',
    ]
    assert [place.number for place in places] == [1, 2, 3, 4, 5, 6, 7]


def test_notes_name_the_function_handed_over(app: Path) -> None:
    """Where its name is plain; a lambda is a function like any other."""
    notes = [place.stop.note for place in find_own_breakpoints(app)]
    assert notes[1].startswith("A call of send is put")
    assert notes[2].startswith("A call of save is put")
    assert notes[3].startswith("a function goes to a worker thread")
    assert notes[5].startswith("Now send runs")


def test_a_program_without_a_call_is_refused(tmp_path: Path) -> None:
    """There would be nothing to stop at; the message says what was looked for."""
    path = tmp_path / "empty.py"
    path.write_text("print('nothing')\n")
    with pytest.raises(CannotRun, match=r"empty\.py calls none of BackgroundTask, .* add_task"):
        find_own_breakpoints(path)


def test_a_program_that_is_not_python_is_refused(tmp_path: Path) -> None:
    """The message names the line."""
    path = tmp_path / "broken.py"
    path.write_text("tasks = (\n")
    with pytest.raises(CannotRun, match=r"broken\.py, line 1 is not Python"):
        find_own_breakpoints(path)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """Before anything is run."""
    with pytest.raises(CannotRun, match="there is no file"):
        tour_of_program(tmp_path / "absent.py")


@pytest.mark.parametrize(
    ("imports", "files"),
    [
        ("import minitasks", {"background.py", "concurrency.py", "dispatch.py"}),
        ("from fastapi import FastAPI", {"background.py", "concurrency.py", "_utils.py"}),
        ("import starlette.applications", {"background.py", "concurrency.py", "_utils.py"}),
        ("import json", set()),
    ],
)
def test_the_core_it_steps_through_is_the_one_it_imports(
    tmp_path: Path, imports: str, files: set[str]
) -> None:
    """minitasks's own, or Starlette's, which FastAPI uses."""
    path = tmp_path / "app.py"
    path.write_text(imports)
    assert {file.name for file in library_files(path)} == files


def test_it_runs_as_a_main_program_with_its_own_arguments(
    app: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As `python app.py --fast` would; sys.argv and sys.path are given back."""
    before = sys.argv, sys.path[:]
    run_program(app, ("--fast",))
    assert capsys.readouterr().out == "it ran as __main__ ['--fast']\n"
    assert (sys.argv, sys.path) == before
