"""Failures: what an exception says. Where a program stands is for test_parent.py."""

from pathlib import Path

import pytest

from minitasks.workshop import child, failures


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (AssertionError("two is not three"), "two is not three"),
        (AssertionError(), "an assert without a message failed"),
        (ValueError("bad"), "ValueError: bad"),
        (ValueError(), "ValueError"),
        (pytest.fail.Exception("told by the grader"), "told by the grader"),
    ],
)
def test_says_an_exception_in_words(problem: BaseException, words: str) -> None:
    """An assertion says its own message, anything else its type and what it says."""
    assert failures.words_of(problem) == words


@pytest.mark.parametrize("opening", ["Failing test case", "Falsifying example"])
def test_reads_the_arguments_of_a_failing_example(opening: str) -> None:
    """The arguments come from hypothesis's note, also those that take several lines."""
    problem = AssertionError("wrong")
    problem.add_note("something else")
    problem.add_note(
        f"{opening}: test_any(\n    exercise=<module 'exercise'>,\n    numbers=[0,\n     1],\n"
        "    name='a=b',\n)"
    )
    assert failures.arguments_of(problem) == {
        "exercise": "<module 'exercise'>",
        "numbers": "[0,\n     1]",
        "name": "'a=b'",
    }


def test_a_cause_in_the_learners_file_counts(tmp_path: Path) -> None:
    """An exception that the grader raised from the learner's points at the learner's line; of a
    file that no thread and no coroutine is in, no place is told.
    """
    file = tmp_path / "exercise.py"
    assert failures.standing(file) is None
    file.write_text("def fail():\n    raise KeyError('inside')\n")
    module = child.load(file)
    problem = AssertionError("told otherwise")
    with pytest.raises(KeyError) as caught:
        module.fail()
    problem.__cause__ = caught.value
    found = failures.of(problem, file)
    assert found["seen"] == "told otherwise"
    assert found["place"].line == 2
