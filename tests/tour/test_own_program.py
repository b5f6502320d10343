"""A learner's own program: its calls of the core, its files, and the code that it hands over."""

import functools
from pathlib import Path
from types import CodeType

import pytest

import minitasks.background
from minitasks.errors import CannotRun
from minitasks.tour.own_debugger import codes_of
from minitasks.tour.own_program import OwnCode, calls_of, check_calls, modules_of
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


def test_the_calls_of_the_core_are_found_with_their_lines(app: Path) -> None:
    """In the order of their lines, each from its statement's first line to its own last one."""
    lines = PROGRAM.splitlines()
    calls = calls_of(app)
    assert [(lines[call.line - 1].strip(), call.end - call.line) for call in calls] == [
        ("tasks = BackgroundTasks()", 0),
        ('tasks.add_task(send, "ada")', 0),
        ("tasks.add_task(", 2),
        ("await run_in_threadpool(lambda: None)", 0),
        ("one = BackgroundTask(unknown)", 0),
    ]


def test_notes_name_the_function_handed_over(app: Path) -> None:
    """Where its name is plain; a lambda is a function like any other."""
    notes = [call.note for call in calls_of(app)]
    assert notes[1].startswith("A call of send is put")
    assert notes[2].startswith("A call of save is put")
    assert notes[3].startswith("a function goes to a worker thread")


def test_a_program_without_a_call_is_refused(tmp_path: Path) -> None:
    """There would be nothing to stop at; the message says what was looked for."""
    path = tmp_path / "empty.py"
    path.write_text("import json\nprint('nothing')\n")
    with pytest.raises(CannotRun, match=r"empty\.py calls none of BackgroundTask, .* add_task"):
        check_calls(path)


def test_calls_in_its_own_modules_count(tmp_path: Path) -> None:
    """Also in those that its modules import, in a package of the folder, or in a circle."""
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "__init__.py").touch()
    (tmp_path / "shop" / "jobs.py").write_text("import app\ntasks.add_task(print)\n")
    path = tmp_path / "app.py"
    path.write_text("import json\nfrom shop import jobs\nimport shop.jobs\n")
    check_calls(path)
    assert [file.name for file in modules_of(path)] == ["app.py", "__init__.py", "jobs.py"]


def test_a_program_that_is_not_python_is_refused(tmp_path: Path) -> None:
    """The message names the line."""
    path = tmp_path / "broken.py"
    path.write_text("tasks = (\n")
    with pytest.raises(CannotRun, match=r"broken\.py, line 1 is not Python"):
        check_calls(path)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """Before anything is run."""
    with pytest.raises(CannotRun, match="there is no file"):
        tour_of_program(tmp_path / "absent.py")


class Called:
    def __call__(self) -> None: ...

    def method(self) -> None: ...


async def function() -> None: ...


@pytest.mark.parametrize(
    ("func", "codes"),
    [
        (function, [function.__code__]),
        (functools.partial(functools.partial(function), 1), [function.__code__]),
        (Called().method, [Called.method.__code__]),
        (Called(), [Called.__call__.__code__]),
        (len, []),
    ],
    ids=["function", "partial", "method", "object", "built-in"],
)
def test_what_is_handed_over_is_known_by_its_code(func: object, codes: list[CodeType]) -> None:
    """Of a partial the function's, of an object its __call__; what is built in has none."""
    assert list(codes_of(func)) == codes


def test_own_are_the_files_of_its_folder_alone(tmp_path: Path) -> None:
    """Not what is installed in it, not the core, and not what is no file."""
    installed = tmp_path / "venv" / "lib" / "site-packages" / "x.py"
    installed.parent.mkdir(parents=True)
    installed.touch()
    (tmp_path / "app.py").touch()
    code = OwnCode(tmp_path)
    assert code.is_own(str(tmp_path / "app.py"))
    assert not code.is_own(str(installed))
    assert not code.is_own(minitasks.background.__file__)
    assert not code.is_own(str(tmp_path / "<string>"))
    assert {file.name for file in code.library} >= {"background.py", "concurrency.py", "_utils.py"}
