"""Solutions: when they open, and what a learner's code is compared with."""

from pathlib import Path

import pytest

from minitasks.errors import CannotRun
from minitasks.workshop import solutions
from minitasks.workshop.catalog import Exercise
from minitasks.workshop.folder import Workshop
from minitasks.workshop.verdict import Verdict
from tests.workshop.sample import SOLUTION

FAILED = Verdict("double", "", False, "claim", seen="no")


def test_stays_shut_until_three_tries(workshop: Workshop, exercise: Exercise) -> None:
    """Before the third try the solution stays shut, and the answer says how many are left."""
    workshop.note(exercise, FAILED, "a")
    workshop.note(exercise, FAILED, "b")
    with pytest.raises(CannotRun, match="when 1 more of your own tries have failed"):
        solutions.opened(workshop, exercise, anyway=False)
    assert not workshop.progress_in(exercise).solution

    workshop.note(exercise, FAILED, "c")
    assert solutions.opened(workshop, exercise, anyway=False) == SOLUTION
    assert workshop.progress_in(exercise).solution == "after three tries"


@pytest.mark.parametrize(
    ("tries", "anyway", "how"),
    [("abc", False, "after a pass"), ("", True, "anyway")],
)
def test_opens_after_a_pass_or_anyway(
    workshop: Workshop, exercise: Exercise, tries: str, anyway: bool, how: str
) -> None:
    """After a pass the solution is open, and for whoever insists; the journal says which."""
    for digest in tries:
        workshop.note(exercise, FAILED, digest)
    workshop.note(exercise, Verdict("double", "", not anyway), "d")
    solutions.opened(workshop, exercise, anyway)

    assert workshop.progress_in(exercise).solution == how


@pytest.mark.parametrize(
    ("source", "delegates"),
    [
        ("from starlette.background import double\n", "double of starlette.background"),
        ("import minitasks\ndouble = minitasks.double\n", "double of minitasks"),
        ("from starlette.background import other\ndef double(n): return 2 * n\n", ""),
        ("import math\ndouble = math.double\n", ""),
    ],
    ids=["imported", "as an attribute", "another name", "another library"],
)
def test_what_is_taken_ready_made_is_named(
    exercise: Exercise, tmp_path: Path, source: str, delegates: str
) -> None:
    """What the solution defines is to be written: not to be taken from a library that has it."""
    file = tmp_path / "exercise.py"
    file.write_text(source)
    assert solutions.delegates_to(file, exercise) == delegates
