"""Verify: does every exercise do what an exercise must? For authors, and for the checks in CI.

The stub fails, the solution passes, each mistake fails with the feedback that it names; the README
and the hints have their parts.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from minitasks.workshop import grader
from minitasks.workshop.catalog import Exercise, text_of
from minitasks.workshop.verdict import Verdict

README_PARTS = ("## Story", "## Predict before coding", "## Task", "## Look at Starlette")
HINTS = 3
MARK = "# feedback: "
TASK_LENGTH = 72

Grade = Callable[[Exercise, Path], Verdict | None]


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        exercise: The folder's name.
        what: What was looked at.
        problem: What is wrong with it; empty if nothing is.
    """

    exercise: str
    what: str
    problem: str = ""


def verify(exercises: Iterable[Exercise], grade: Grade = grader.grade) -> Iterator[Finding]:
    """Look at every part of every exercise.

    Args:
        exercises: The exercises to look at.
        grade: What grades a file.
    """
    names: set[str] = set()
    for exercise in exercises:
        twice = f"the name {exercise.name} is taken" if exercise.name in names else ""
        names.add(exercise.name)
        yield Finding(exercise.folder.name, "name", twice)
        yield Finding(exercise.folder.name, "README.md", readme_problem(exercise))
        yield Finding(exercise.folder.name, "hints.md", hints_problem(exercise))
        yield Finding(exercise.folder.name, "test_exercise.py", claims_problem(exercise))
        yield from gradings(exercise, grade)


def gradings(exercise: Exercise, grade: Grade) -> Iterator[Finding]:
    """Grade the stub, the solution and the mistakes."""
    stub = grade(exercise, exercise.stub)
    yield Finding(
        exercise.folder.name, "exercise.py", "the stub passes" if stub and stub.passed else ""
    )

    solution = grade(exercise, exercise.solution)
    assert solution is not None
    problem = "" if solution.passed else f"the solution fails: {solution.feedback()}"
    yield Finding(exercise.folder.name, "solution.py", problem)

    if not exercise.mistakes:
        yield Finding(exercise.folder.name, "mistakes/", "there is none")
    for mistake in exercise.mistakes:
        verdict = grade(exercise, mistake)
        assert verdict is not None
        yield Finding(
            exercise.folder.name, f"mistakes/{mistake.name}", mistake_problem(mistake, verdict)
        )


def readme_problem(exercise: Exercise) -> str:
    """Say what the README lacks."""
    text = text_of(exercise.readme)
    missing = [part for part in README_PARTS if f"\n{part}\n" not in text]
    if missing:
        return f"no section {', '.join(missing)}"
    if not text.startswith("# ") or not exercise.task or exercise.task.startswith("#"):
        return "it must open with a heading and the task in one paragraph"
    if len(exercise.task) > TASK_LENGTH:
        return (
            f"the task takes {len(exercise.task)} characters: the screen has room for {TASK_LENGTH}"
        )
    return ""


def hints_problem(exercise: Exercise) -> str:
    """Say what is wrong with the hints."""
    hints = exercise.hints
    if len(hints) != HINTS:
        return f"{len(hints)} hints, not {HINTS}"
    empty = [heading for heading, body in hints if not body]
    return f"nothing under {', '.join(empty)}" if empty else ""


def claims_problem(exercise: Exercise) -> str:
    """Say which test has no docstring to show as its claim."""
    if not exercise.claims:
        return "it has no test"
    silent = [claim.test for claim in exercise.claims if claim.text == claim.test]
    return f"no docstring: {', '.join(silent)}" if silent else ""


def mistake_problem(mistake: Path, verdict: Verdict) -> str:
    """Say what is wrong with the answer to a mistake: it passes, or it hears something else."""
    first_line, _, _ = text_of(mistake).partition("\n")
    if not first_line.startswith(MARK):
        return f"its first line does not begin with {MARK!r}"
    expected = first_line.removeprefix(MARK).strip()
    if verdict.passed:
        return "the grader lets it pass"
    if spaced(expected) not in spaced(verdict.feedback()):
        return f"{expected!r} is not in: {spaced(verdict.feedback())}"
    return ""


def spaced(text: str) -> str:
    """Put one space wherever a text has white space."""
    return " ".join(text.split())
