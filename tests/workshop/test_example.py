"""The program that shows a failing example: short, and nothing missing."""

from pathlib import Path

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


def test_no_program_where_the_test_needs_more_of_pytest(exercise: Exercise, tmp_path: Path) -> None:
    """A test with fixtures of its own can't be told in a program; nor can one without arguments."""
    exercise.grader.write_text('def test_any(exercise, tmp_path, number):\n    """Any."""\n')
    assert example.program(exercise, "test_any", {"number": "1"}, tmp_path / "a.py") == ""
    assert example.program(exercise, "test_any", {}, tmp_path / "a.py") == ""
