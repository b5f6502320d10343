"""Every exercise grades what it should: stubs fail, solutions pass, each mistake is told."""

import re
from pathlib import Path

import pytest

from minitasks.workshop import catalog, parent
from minitasks.workshop.catalog import Exercise, text_of
from tests.workshop.mistakes import Mistake, mistakes_of

README_PARTS = ("## Story", "## Predict before coding", "## Task", "## Look at Starlette")
TASK_LENGTH = 72  # characters: the watch screen has room for so many

READING = 900  # words, code included: ten minutes are enough for so many

EXERCISES = catalog.exercises()
each_exercise = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda each: each.name)


def spaced(text: str) -> str:
    return " ".join(text.split())


MISTAKES = [
    pytest.param(exercise, mistake, id=f"{exercise.name}-{mistake.name}")
    for exercise in EXERCISES
    for mistake in mistakes_of(exercise)
]


@pytest.mark.slow
@each_exercise
def test_the_stub_fails_and_the_solution_passes(exercise: Exercise) -> None:
    """A learner begins with something to do, and the book's answer is an answer."""
    assert not parent.grade(exercise, exercise.stub).passed
    solution = parent.grade(exercise, exercise.solution)
    assert solution.passed, solution


@pytest.mark.slow
@pytest.mark.parametrize(("exercise", "mistake"), MISTAKES)
def test_a_mistake_is_told(exercise: Exercise, mistake: Mistake, tmp_path: Path) -> None:
    """A known mistake does not pass, and its feedback names what is wrong."""
    file = tmp_path / "exercise.py"
    file.write_text(mistake.source, "utf-8")
    verdict = parent.grade(exercise, file)
    assert not verdict.passed
    assert spaced(mistake.feedback) in spaced(f"{verdict.claim} {verdict.seen}")


def test_names_are_taken_once() -> None:
    """Two exercises of one name could not be told apart; nor two mistakes of one exercise."""
    assert len({exercise.name for exercise in EXERCISES}) == len(EXERCISES)
    for exercise in EXERCISES:
        names = [mistake.name for mistake in mistakes_of(exercise)]
        assert len(set(names)) == len(names) >= 3


@each_exercise
def test_an_exercise_has_all_its_parts(exercise: Exercise) -> None:
    """A README with its sections and a short task, three hints, a claim in words for each test."""
    text = text_of(exercise.readme)
    assert len(text.split()) < READING
    assert text.startswith("# ")
    assert [part for part in README_PARTS if f"\n{part}\n" not in text] == []
    assert 0 < len(exercise.task) <= TASK_LENGTH
    assert not exercise.task.startswith("#")
    assert [bool(heading and body) for heading, body in exercise.hints] == [True] * 3
    assert exercise.claims
    assert all(re.search(r"\s", text) for text in exercise.claims.values())
