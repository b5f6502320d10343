"""A learner's own program: its calls of the core, its files, and the code that it hands over."""

import functools
from pathlib import Path
from types import CodeType

import pytest

import minitasks.background
from minitasks.errors import CannotRun
from minitasks.tour.own_debugger import codes_of
from minitasks.tour.own_program import OwnCode, calls_of, check_calls, modules_of
from tests.tour.session import program

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


def test_the_calls_of_the_core_are_found_with_their_lines(tmp_path: Path) -> None:
    """In order, each from its statement's first line to its own last one, with what it hands over.

    That is named where its name is plain; a lambda is a function like any other.
    """
    lines = PROGRAM.splitlines()
    calls = calls_of(Path(program(tmp_path, PROGRAM)))
    assert [(lines[call.line - 1].strip(), call.end - call.line) for call in calls] == [
        ("tasks = BackgroundTasks()", 0),
        ('tasks.add_task(send, "ada")', 0),
        ("tasks.add_task(", 2),
        ("await run_in_threadpool(lambda: None)", 0),
        ("one = BackgroundTask(unknown)", 0),
    ]
    assert calls[1].note.startswith("A call of send is put")
    assert calls[2].note.startswith("A call of save is put")
    assert calls[3].note.startswith("a function goes to a worker thread")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("import json\n", r"app\.py calls none of BackgroundTask, .* add_task"),
        ("tasks = (\n", r"app\.py, line 1 is not Python"),
    ],
    ids=["without a call", "not Python"],
)
def test_what_can_not_be_stopped_in_is_refused(tmp_path: Path, text: str, reason: str) -> None:
    """There would be nothing to stop at; the message says what was looked for, or the line."""
    with pytest.raises(CannotRun, match=reason):
        check_calls(Path(program(tmp_path, text)))


def test_calls_in_its_own_modules_count(tmp_path: Path) -> None:
    """Also in those that its modules import, in a package of the folder, or in a circle."""
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "__init__.py").touch()
    (tmp_path / "shop" / "jobs.py").write_text("import app\ntasks.add_task(print)\n")
    path = tmp_path / "app.py"
    path.write_text("import json\nfrom shop import jobs\nimport shop.jobs\n")
    check_calls(path)
    assert [file.name for file in modules_of(path)] == ["app.py", "__init__.py", "jobs.py"]


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
