"""Verify: finds what is wrong with an exercise; and nothing is wrong with ours."""

from collections.abc import Callable
from pathlib import Path

import pytest

from minitasks.workshop import catalog
from minitasks.workshop.catalog import Exercise
from minitasks.workshop.verdict import Verdict
from minitasks.workshop.verify import verify
from tests.workshop.sample import SOLUTION, STUB, make_exercise


def by_name(exercise: Exercise, file: Path) -> Verdict:
    """Grade by the file's text alone: a stand-in that costs no process."""
    text = file.read_text()
    seen = "twice 0 is 0, but yours gave 4" if "return 4" in text else "wrong"
    return Verdict(exercise.name, str(file), text == SOLUTION, seen=seen)


def problems(exercise: Exercise) -> dict[str, str]:
    """Verify one exercise and give what is wrong."""
    return {found.what: found.problem for found in verify([exercise], by_name) if found.problem}


def test_nothing_is_wrong_with_the_sample(exercise: Exercise) -> None:
    """A whole exercise has no problem, with the real grader as well."""
    assert problems(exercise) == {}
    assert [found for found in verify([exercise]) if found.problem] == []


def replaced(file: str, old: str, new: str) -> Callable[[Exercise], None]:
    """Make a change to one file of an exercise."""

    def change(exercise: Exercise) -> None:
        path = exercise.folder / file
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    return change


BROKEN = {
    "exercise.py": (replaced("exercise.py", STUB, SOLUTION), "the stub passes"),
    "solution.py": (replaced("solution.py", "* 2", "* 3"), "the solution fails: wrong"),
    "hints.md": (replaced("hints.md", "## Nearly", "### Nearly"), "2 hints, not 3"),
    "README.md": (replaced("README.md", "## Story", "## Tale"), "no section ## Story"),
    "test_exercise.py": (
        replaced("test_exercise.py", '"""Twice two is four."""', "..."),
        "no docstring: test_two",
    ),
    "mistakes/": (lambda exercise: exercise.mistakes[0].unlink(), "there is none"),
    "mistakes/always_four.py": (
        replaced("mistakes/always_four.py", "yours gave 4", "yours gave 5"),
        "'twice 0 is 0, but yours gave 5' is not in: twice 0 is 0, but yours gave 4",
    ),
}


@pytest.mark.parametrize("what", BROKEN)
def test_finds_what_is_wrong(exercise: Exercise, what: str) -> None:
    """Each way in which an exercise can be broken is found, and it alone."""
    change, problem = BROKEN[what]
    change(exercise)

    assert problems(Exercise(exercise.folder)) == {what: problem}


def test_a_mistake_that_passes_is_found(exercise: Exercise) -> None:
    """A mistake that the grader lets pass is a hole in the grader."""
    exercise.mistakes[0].write_text(f"# feedback: wrong\n{SOLUTION}")

    def lenient(_: Exercise, file: Path) -> Verdict:
        return Verdict("double", str(file), file.name != "exercise.py")

    found = {one.what: one.problem for one in verify([exercise], lenient) if one.problem}
    assert found == {"mistakes/always_four.py": "the grader lets it pass"}


def test_a_name_that_is_taken_is_found(exercise: Exercise, tmp_path: Path) -> None:
    """Two exercises of one name could not be told apart."""
    twin = make_exercise(tmp_path / "exercises", "07_double")

    found = [one for one in verify([exercise, twin], by_name) if one.problem]
    assert [(one.exercise, one.problem) for one in found] == [
        ("07_double", "the name double is taken")
    ]


@pytest.mark.slow
@pytest.mark.parametrize("name", [exercise.name for exercise in catalog.exercises()])
def test_every_exercise_is_whole(name: str) -> None:
    """Each stub fails, each solution passes, each mistake hears what it should."""
    assert [found for found in verify([catalog.find(name)]) if found.problem] == []
