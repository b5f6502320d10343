"""Checking: a grading is noted; a damaged journal is put right by grading."""

from minitasks.workshop import catalog, checking
from minitasks.workshop.catalog import Exercise
from minitasks.workshop.folder import Workshop
from tests.workshop.sample import SOLUTION


def test_a_grading_is_noted(workshop: Workshop, exercise: Exercise) -> None:
    """What the grader says of the learner's file goes into the journal."""
    workshop.file(exercise).write_text(SOLUTION)
    verdict = checking.check(workshop, exercise)

    assert verdict is not None
    assert verdict.passed
    assert workshop.standing(exercise).passed


def test_a_damaged_journal_is_rebuilt_by_grading(workshop: Workshop, exercise: Exercise) -> None:
    """A damaged journal is kept aside, and what was begun is graded again."""
    _, second = catalog.exercises()
    workshop.file(exercise).write_text(SOLUTION)
    workshop.journal.file.write_text("{broken")

    lines = list(checking.mend(workshop))

    assert "damaged" in lines[0]
    assert lines[1:] == ["  double: passed"]
    assert workshop.standing(exercise).passed
    assert second.name not in workshop.standings()
    kept = [path for path in workshop.hidden.iterdir() if "damaged" in path.name]
    assert [path.read_text() for path in kept] == ["{broken"]


def test_a_sound_journal_is_left_alone(workshop: Workshop) -> None:
    """Nothing is said or done where nothing is damaged."""
    before = workshop.journal.file.read_bytes()

    assert list(checking.mend(workshop)) == []
    assert workshop.journal.file.read_bytes() == before
