"""Checking: grade the learner's own file and note the outcome; put a damaged journal right."""

import threading
from collections.abc import Iterator

from minitasks.workshop import catalog, folder, grader
from minitasks.workshop.catalog import Exercise
from minitasks.workshop.folder import Workshop
from minitasks.workshop.job import TIME_LIMIT
from minitasks.workshop.verdict import Verdict


def check(
    workshop: Workshop,
    exercise: Exercise,
    time_limit: float = TIME_LIMIT,
    cancel: threading.Event | None = None,
) -> Verdict | None:
    """Grade the learner's file for an exercise and note the outcome.

    Args:
        workshop: The learner's folder.
        exercise: The exercise.
        time_limit: How long the tests may take, in seconds.
        cancel: Set it to call the grading off.

    Returns:
        The verdict; None if it was called off.
    """
    file = workshop.file(exercise)
    digest = folder.digest_of(file)
    verdict = grader.grade(
        exercise, file, time_limit=time_limit, examples=workshop.examples, cancel=cancel
    )
    if verdict is not None:
        workshop.note(exercise, verdict, digest)
    return verdict


def mend(workshop: Workshop) -> Iterator[str]:
    """Set a damaged journal aside and grade what was begun; say each step in a line."""
    aside = folder.damaged(workshop)
    if aside is None:
        return
    yield f"the progress file was damaged; it is kept as {aside.name}. Grading again:"
    for exercise in folder.begun(workshop, catalog.exercises()):
        verdict = check(workshop, exercise)
        yield f"  {exercise.name}: {'passed' if verdict and verdict.passed else 'not yet'}"
