"""Failures: what an exception says, and where a program stands."""

import threading
from pathlib import Path

import pytest

from minitasks.workshop import child, failures


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (AssertionError("two is not three"), "two is not three"),
        (AssertionError("your task gave 3\nassert 3 == 2\n +  where 3 = f()"), "your task gave 3"),
        (AssertionError("\nassert 3 == 2"), "3 == 2"),
        (AssertionError(), "an assert without a message failed"),
        (ValueError("bad"), "ValueError: bad"),
        (ValueError(), "ValueError"),
        (RecursionError("maximum"), "RecursionError: your code calls itself without end"),
        (SystemExit(0), "your code ended the program (SystemExit) instead of returning"),
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


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A learner's file."""
    return tmp_path / "exercise.py"


def test_a_cause_in_the_learners_file_counts(file: Path) -> None:
    """An exception that the grader raised from the learner's points at the learner's line."""
    file.write_text("def fail():\n    raise KeyError('inside')\n")
    module = child.load(file)

    problem = AssertionError("told otherwise")
    with pytest.raises(KeyError) as caught:
        module.fail()
    problem.__cause__ = caught.value

    found = failures.of(problem, file)
    assert found["seen"] == "told otherwise"
    assert found["place"]["line"] == 2


def test_finds_a_thread_that_waits(file: Path) -> None:
    """A thread that waits in a call is found at that line, and told as another thread."""
    file.write_text("def wait(event, there):\n    there.set()\n    event.wait()\n")
    module = child.load(file)
    event, there = threading.Event(), threading.Event()
    thread = threading.Thread(target=module.wait, args=(event, there))
    thread.start()
    assert there.wait(10)
    # The thread has set the event and is about to wait: both lines are its place.
    found = failures.standing(file)["place"]
    event.set()
    thread.join()

    assert found["line"] in {2, 3}
    assert "another thread" in found["note"]
    assert failures.standing(file) == {"place": None}


def test_finds_the_innermost_of_waiting_coroutines(file: Path) -> None:
    """Of a chain of coroutines, the one that really waits is named, with what it waits for."""
    file.write_text(
        "import types\n"
        "@types.coroutine\ndef never():\n    yield\n"
        "async def inner():\n    await never()\n"
        "async def outer():\n    await inner()\n"
    )
    module = child.load(file)
    coroutine = module.outer()
    coroutine.send(None)
    found = failures.standing(file)["place"]
    coroutine.close()

    assert found["line"] == 6
    assert found["note"] == "awaiting never"
