"""The catalog: exercises as read from their folders."""

from pathlib import Path

import pytest

from minitasks.errors import CannotRun
from minitasks.workshop import catalog
from minitasks.workshop.catalog import Exercise
from tests.workshop.sample import make_exercise


def test_reads_an_exercise_without_running_anything(exercise: Exercise) -> None:
    """Title, task, scenario, hints in order, and each test function's docstring as its claim."""
    exercise.grader.write_text(f"raise SystemExit\n{exercise.grader.read_text()}")
    assert exercise.title == "Double it"
    assert exercise.task == "Give twice a number, now and later."
    assert exercise.scenario == "sync-task"
    headings = [heading for heading, _ in exercise.hints]
    assert headings == ["A nudge", "The concept", "Nearly the code"]
    assert exercise.hints[1][1] == "`number * 2`"
    assert list(exercise.claims) == ["test_two", "test_later", "test_any"]
    assert exercise.claims["test_two"] == "Twice two is four."


def test_lists_folders_that_have_a_readme(tmp_path: Path) -> None:
    """A folder is an exercise once it has its README; they come in order."""
    make_exercise(tmp_path, "02_b")
    make_exercise(tmp_path, "01_a")
    (tmp_path / "03_unfinished").mkdir()
    assert [exercise.name for exercise in catalog.exercises(tmp_path)] == ["a", "b"]


def test_finds_an_exercise_by_name_number_or_folder() -> None:
    """However a learner may name it; a name that is none is answered with those that are."""
    for word in ("call_later", "call-later", "1", "01", "01_call_later"):
        assert catalog.find(word).name == "call_later"
    with pytest.raises(CannotRun, match="no exercise is called 'nothing'; there are call_later, "):
        catalog.find("nothing")
