"""Library: the names under study, wherever they come from, or one line on why not."""

import sys
from pathlib import Path
from typing import Any

import pytest
import starlette.background

import minitasks
from minitasks.errors import CannotRun
from minitasks.scenarios.library import load_library

LEARNERS = """
from answer import ANSWER

class BackgroundTask: answer = ANSWER
class BackgroundTasks: pass
async def run_in_threadpool(func, *args, **kwargs): pass
"""


def learners_file(folder: Path, text: str, name: str = "mine.py") -> str:
    path = folder / name
    path.write_text(text)
    return str(path)


@pytest.mark.parametrize(
    ("name", "third", "source"),
    [("minitasks", "dispatch.py", minitasks), ("starlette", "_utils.py", starlette.background)],
)
def test_an_installed_library(name: str, third: str, source: Any) -> None:
    """Its own public names, and the three files that a learner reads, the one beside the other."""
    library = load_library(name)
    assert library.BackgroundTask is source.BackgroundTask
    assert library.BackgroundTasks is source.BackgroundTasks
    assert library.run_in_threadpool is source.run_in_threadpool
    assert [file.name for file in library.files] == ["background.py", "concurrency.py", third]


def test_a_learners_file(tmp_path: Path) -> None:
    """Its names are taken, its folder's other modules are within reach, sys.path is as before."""
    learners_file(tmp_path, "ANSWER = 42", "answer.py")
    path = learners_file(tmp_path, LEARNERS)
    before = list(sys.path)
    library = load_library(path)
    assert library.BackgroundTask.answer == 42  # type: ignore[attr-defined]
    assert library.files == (Path(path),)
    assert sys.path == before


def test_a_learners_file_may_be_called_as_it_likes_and_interrupted(tmp_path: Path) -> None:
    """A file called minitasks.py neither hides the package nor is hidden by it."""
    path = learners_file(tmp_path, "class BackgroundTask: pass", "minitasks.py")
    assert load_library(path, ("BackgroundTask",)).BackgroundTask is not minitasks.BackgroundTask
    assert sys.modules["minitasks"] is minitasks
    with pytest.raises(KeyboardInterrupt):
        load_library(learners_file(tmp_path, "raise KeyboardInterrupt"))


def test_what_is_not_needed_may_be_missing(tmp_path: Path) -> None:
    """An unfinished exercise runs as far as it goes."""
    library = load_library(learners_file(tmp_path, "BackgroundTask = print"), ("BackgroundTask",))
    assert library.BackgroundTask is print


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("BackgroundTask = print", "has no BackgroundTasks and no run_in_threadpool"),
        ("\ndef f(:\n    pass", "raises on import: line 2: SyntaxError: "),
        ("x = {}\nx['a']", "raises on import: line 2: KeyError: 'a'"),
        ("def f():\n    1 / 0\nf()", "raises on import: line 2: ZeroDivisionError: "),
        ("import sys\nsys.exit('bye')", "raises on import: line 2: SystemExit: bye"),
        ("import no_such_module", "line 1: ModuleNotFoundError: No module named 'no_such_module'"),
        ("raise ValueError('one\\ntwo')", "ValueError: one two"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(tmp_path: Path, text: str, reason: str) -> None:
    """One line: the file as it was named, the line in it, the reason."""
    path = learners_file(tmp_path, text)
    with pytest.raises(CannotRun) as problem:
        load_library(path)
    assert str(problem.value).startswith(path)
    assert reason in str(problem.value)
    assert "\n" not in str(problem.value)
