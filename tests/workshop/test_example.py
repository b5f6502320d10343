"""The program that shows a failing example: short, and nothing missing."""

import subprocess
import sys
from pathlib import Path

import pytest

from minitasks.workshop import example
from minitasks.workshop.catalog import Exercise


def test_the_program_holds_what_the_test_uses_and_no_more(exercise: Exercise) -> None:
    """The program has the test's body, the arguments, and the helpers it calls; nothing else."""
    drawn = {"exercise": "<module>", "anyio_backend": "'trio'", "number": "7"}
    file = exercise.folder / "exercise.py"
    assert example.program(exercise, "test_any", drawn, file, "trio").splitlines() == [
        f"# save as again.py in {exercise.folder} and run: python again.py",
        "import anyio",
        "import exercise",
        "def twice(number):",
        "    return number + number",
        "async def main():",
        "    number = 7",
        "    seen = await exercise.double_later(number)",
        "    assert seen == twice(number), "
        "f'twice {number} is {twice(number)}, but yours gave {seen}'",
        "anyio.run(main, backend='trio')",
    ]


@pytest.mark.parametrize("name", ["my-tasks.py", "class.py", "3a.py", "my.tasks.py", "tasks"])
def test_the_program_runs_whatever_the_files_name(exercise: Exercise, name: str) -> None:
    """Also one that no import statement can name: the program fails as the test did."""
    file = exercise.folder / name
    file.write_text("async def double_later(number): return 0\n")
    (exercise.folder / "again.py").write_text(
        example.program(exercise, "test_any", {"number": "7"}, file)
    )
    command = [sys.executable, "-W", "error", "again.py"]
    done = subprocess.run(command, cwd=exercise.folder, capture_output=True, text=True)
    assert "AssertionError: twice 7 is 14, but yours gave 0" in done.stderr


def test_no_program_where_the_test_needs_more_of_pytest(exercise: Exercise, tmp_path: Path) -> None:
    """A test with fixtures of its own can't be told in a program; nor can one without arguments."""
    exercise.grader.write_text('def test_any(exercise, tmp_path, number):\n    """Any."""\n')
    assert example.program(exercise, "test_any", {"number": "1"}, tmp_path / "a.py") == ""
    assert example.program(exercise, "test_any", {}, tmp_path / "a.py") == ""
