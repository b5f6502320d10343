"""The parent's side of a grading: start a child for each, wait for its end, read how it went.

`check` grades a learner's file and notes the outcome, `grade` grades any file. Read child.py for
what the child does, and verdict.py for what is made of it.
"""

import contextlib
import json
import multiprocessing
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing import forkserver
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from minitasks.errors import CannotRun
from minitasks.tracing import process_state
from minitasks.workshop import catalog, folder, limits
from minitasks.workshop.catalog import Exercise
from minitasks.workshop.folder import Workshop
from minitasks.workshop.journal import JournalError
from minitasks.workshop.verdict import Run, Verdict, verdict_on

LARGEST = 1024**2  # bytes of a learner's file
TIME_LIMIT = 10.0  # seconds that the tests of one exercise may take

# How often a waiting grading looks whether it was called off.
TICK = 0.02
# To start a child changes multiprocessing for a moment.
_one_at_a_time = threading.Lock()


@dataclass
class Job:
    grader: Path
    file: Path
    scratch: Path  # an empty folder
    time_limit: float = TIME_LIMIT
    examples: Path | None = None  # where hypothesis keeps what failed, to try it first next time

    def __post_init__(self) -> None:
        self.folder = self.scratch / "folder"  # to run in
        self.output = self.scratch / "output.txt"
        # Where stderr goes, and what Python itself has to say of a crash.
        self.errors = self.scratch / "errors.txt"
        # A line for each change of how the run stands.
        self.states = self.scratch / "states.jsonl"


# A forkserver of our own: the one that multiprocessing keeps for the whole process may serve
# others, whose children are not to be ended, and would not be warm.
_warm_parent = forkserver.ForkServer()


def can_fork() -> bool:
    """Tell whether children can be forked from a warm parent, not started as plain processes."""
    return "forkserver" in multiprocessing.get_all_start_methods()


def warm_up() -> None:
    """Start the warm parent, if it is not there yet. The first grading does it as well."""
    if not can_fork():
        return
    _warm_parent.set_forkserver_preload(["minitasks.workshop.warm"])
    # Keeps the current folder off its path: a learner's pytest.py is not pytest.
    before = os.environ.get("PYTHONSAFEPATH", "")
    os.environ["PYTHONSAFEPATH"] = "1"
    _warm_parent.ensure_running()
    os.environ["PYTHONSAFEPATH"] = before  # empty is as good as not set


class CalledOff(Exception):
    """A grading was called off before it had an outcome."""


def grade(
    exercise: Exercise,
    file: Path,
    *,
    time_limit: float = TIME_LIMIT,
    examples: Path | None = None,
    cancel: threading.Event | None = None,
) -> Verdict:
    """Grade a file; `cancel` calls that off. Failing examples are kept in a folder, `examples`."""
    began = time.perf_counter()
    file = file.absolute()
    if missing := what_is_missing(file):
        return Verdict(exercise.name, str(file), False, "missing", seen=missing)

    with tempfile.TemporaryDirectory(prefix="minitasks-", ignore_cleanup_errors=True) as scratch:
        job = Job(exercise.grader.absolute(), file, Path(scratch), time_limit, examples)
        with _one_at_a_time:
            run = run_child(job, cancel or threading.Event())
    return verdict_on(exercise, file, run, time.perf_counter() - began)


def what_is_missing(file: Path) -> str:
    """Say why there is nothing to grade; empty if there is a file."""
    if not file.exists():
        return f"{file} is not there: minitasks workshop reset brings the stub back, undo your copy"
    if not file.is_file():
        return f"{file} is no plain file: move it away, then minitasks workshop reset"
    is_large = file.stat().st_size > LARGEST
    return f"{file} has more than {LARGEST // 1024} kB: that is no exercise" if is_large else ""


def run_child(job: Job, cancel: threading.Event) -> Run:
    """Run one child to its end, which it bounds itself; nothing of it is left afterwards."""
    warm_up()
    context: Any = multiprocessing.get_context("forkserver" if can_fork() else "spawn")
    child: BaseProcess = context.Process(target=grade_in_child, args=(job,), daemon=True)
    # There is no option for that: multiprocessing asks the module for the forkserver it keeps.
    warm = {"connect_to_new_process": _warm_parent.connect_to_new_process}
    with process_state.replaced(forkserver, **warm):
        child.start()
    group = child.pid
    assert group is not None
    try:
        while child.is_alive():
            child.join(TICK)
            if cancel.is_set():
                raise CalledOff
    finally:
        child.kill()
        child.join()
        left = limits.end_group(group)
    run = last_state(text_in(job.states))
    run.exit_code, run.left = child.exitcode, left
    run.output, run.errors = text_in(job.output)[-20_000:], text_in(job.errors)[-20_000:]
    return run


def text_in(file: Path) -> str:
    return file.read_bytes().decode("utf-8", "replace") if file.exists() else ""


def last_state(text: str) -> Run:
    """Read how the run stood at last; what a learner's code wrote behind that is none."""
    for line in reversed(text.splitlines()):
        with contextlib.suppress(ValueError, TypeError):
            return Run(**json.loads(line))
    raise CannotRun("the grading did not start: minitasks workshop doctor tells more")


def grade_in_child(job: Job) -> None:
    """Grade in this process, and end it. The parent itself never imports pytest."""
    from minitasks.workshop import child

    child.grade(job)


# -- the learner's own files ----------------------------------------------------------------------


def check(
    workshop: Workshop,
    exercise: Exercise,
    time_limit: float = TIME_LIMIT,
    cancel: threading.Event | None = None,
) -> Verdict:
    """Grade the learner's file for an exercise and note the outcome."""
    file = workshop.file(exercise)
    digest = folder.digest_of(file)
    examples = workshop.examples
    verdict = grade(exercise, file, time_limit=time_limit, examples=examples, cancel=cancel)
    workshop.note(exercise, verdict, digest)
    return verdict


def regrade(workshop: Workshop) -> Iterator[str]:
    """Set a damaged journal aside and grade what was begun; say each step in a line."""
    try:
        workshop.journal.events()
        return
    except JournalError:
        aside = workshop.journal.set_aside()
    yield f"the progress file was damaged; it is kept as {aside.name}. Grading again:"
    for exercise in catalog.exercises():
        if folder.is_begun(exercise, folder.digest_of(workshop.file(exercise))):
            verdict = check(workshop, exercise)
            yield f"  {exercise.name}: {'passed' if verdict.passed else 'not yet'}"
