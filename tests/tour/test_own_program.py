"""A learner's own program: which files are its own, and whether there is something to stop at."""

from pathlib import Path

import pytest

import minitasks.background
from minitasks.errors import CannotRun
from minitasks.tour.own_program import OwnCode, check_calls, modules_of, why_no_stop
from tests.tour.session import program


def test_what_can_not_be_stopped_in_is_refused(tmp_path: Path) -> None:
    """There would be nothing to stop at; the message says what was looked for, or the line."""
    with pytest.raises(CannotRun, match=r"app\.py calls none of BackgroundTask, .* add_task"):
        check_calls(Path(program(tmp_path, "import json\n")))
    with pytest.raises(CannotRun, match=r"app\.py, line 1 is not Python: '\(' was never closed$"):
        check_calls(Path(program(tmp_path, "tasks = (\n")))
    with pytest.raises(
        CannotRun, match=r"app\.py is not Python: source code .*cannot contain null"
    ):
        check_calls(Path(program(tmp_path, "\0")))


def test_calls_in_its_own_modules_count(tmp_path: Path) -> None:
    """Also in those that its modules import, in a package of the folder, or in a circle; not in
    what is installed there, nor in the core, nor in what is no file.
    """
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "__init__.py").touch()
    (tmp_path / "shop" / "jobs.py").write_text("import app\ntasks.add_task(print)\n")
    path = tmp_path / "app.py"
    path.write_text("import json\nfrom shop import jobs\nimport shop.jobs\n")
    check_calls(path)
    assert [file.name for file in modules_of(path)] == ["app.py", "__init__.py", "jobs.py"]
    installed = tmp_path / "venv" / "lib" / "site-packages" / "x.py"
    installed.parent.mkdir(parents=True)
    installed.touch()
    code = OwnCode(tmp_path)
    asked = (path, installed, minitasks.background.__file__, tmp_path / "<string>")
    assert [code.is_own(str(file)) for file in asked] == [True, False, False, False]
    assert {file.name for file in code.library} >= {"background.py", "concurrency.py", "_utils.py"}


def test_a_program_that_may_never_stop_is_told_why(tmp_path: Path) -> None:
    """Its tests are not run, its server is in another process, or it has none."""
    serves_none = "import fastapi\napi = fastapi.FastAPI()\ndef f(tasks):\n    tasks.add_task(f)\n"
    for text, reason in {
        "def test_it():\n    BackgroundTasks()\n": "pytest runs its tests, and python does not",
        "def main():\n    run(add_task, reload=True)\n": "reload or workers",
        serves_none: "`minitasks step app:NAME` serves",
    }.items():
        assert reason in why_no_stop(Path(program(tmp_path, text)))
