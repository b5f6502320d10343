"""The grader, the parent's side: start a child for each grading, bound it, take in its reports.

Read grading.py for what the child does, and judging.py for the verdict that is made of it.
"""

import contextlib
import json
import multiprocessing
import multiprocessing.connection
import os
import secrets
import tempfile
import threading
import time
from collections.abc import Iterator
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext, SpawnContext
from pathlib import Path

from minitasks.errors import CannotRun
from minitasks.workshop import job, limits
from minitasks.workshop.catalog import Exercise
from minitasks.workshop.judging import Report, Run, verdict_on
from minitasks.workshop.verdict import Verdict

# How long a child may take to import everything, where no warm parent has done so.
START_LIMIT = 60.0
# The child ends itself at its time limit and says where it stood; after this much more it is ended
# from here.
PATIENCE = 3.0
# How often a waiting grading looks whether it was cancelled.
TICK = 0.02
# Ending what one child left behind would end another child, too.
_one_at_a_time = threading.Lock()


# A forkserver of our own: the one that multiprocessing keeps for the whole process may serve
# others, whose children are not to be ended, and would not be warm.
_warm_parent = forkserver.ForkServer()


def can_fork() -> bool:
    """Tell whether children can be forked from a warm parent, not started as plain processes."""
    return "forkserver" in multiprocessing.get_all_start_methods()


def children_context() -> ForkServerContext | SpawnContext:
    """Choose how children start."""
    if can_fork():
        return multiprocessing.get_context("forkserver")
    return multiprocessing.get_context("spawn")


def warm_up() -> None:
    """Start the warm parent, if it is not there yet. The first grading does it as well."""
    if can_fork():
        _warm_parent.set_forkserver_preload(["minitasks.workshop.warm"])
        with safe_path():
            _warm_parent.ensure_running()


@contextlib.contextmanager
def from_warm_parent() -> Iterator[None]:
    """Let a process that starts in this block be forked from our own forkserver.

    multiprocessing has no option for that: its Popen asks the module for the one it keeps.
    """
    before = forkserver.connect_to_new_process
    forkserver.connect_to_new_process = _warm_parent.connect_to_new_process
    try:
        yield
    finally:
        forkserver.connect_to_new_process = before


@contextlib.contextmanager
def safe_path() -> Iterator[None]:
    """Keep the current folder off the warm parent's path: a learner's pytest.py is not pytest."""
    before = os.environ.get("PYTHONSAFEPATH")
    os.environ["PYTHONSAFEPATH"] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["PYTHONSAFEPATH"]
        else:
            os.environ["PYTHONSAFEPATH"] = before


def grade(
    exercise: Exercise,
    file: Path,
    *,
    time_limit: float = job.TIME_LIMIT,
    examples: Path | None = None,
    cancel: threading.Event | None = None,
) -> Verdict | None:
    """Grade a file.

    Args:
        exercise: Whose grader to use.
        file: The file to grade.
        time_limit: How long its tests may take, in seconds.
        examples: A folder for failing examples, which are tried first the next time.
        cancel: Set it to call the grading off.

    Returns:
        The verdict; None if it was called off.
    """
    began = time.perf_counter()
    file = file.absolute()
    if not file.is_file():
        return Verdict(exercise.name, str(file), False, "missing", seen=missing(file))

    with tempfile.TemporaryDirectory(prefix="minitasks-", ignore_cleanup_errors=True) as scratch:
        work = job.Job(exercise.grader.absolute(), file, Path(scratch), time_limit, examples)
        run = run_child(work, cancel or threading.Event())
    if run.cancelled:
        return None
    if not run.first("started"):
        raise CannotRun("the grading did not start: minitasks workshop doctor tells more")
    return verdict_on(exercise, file, run, time.perf_counter() - began)


def missing(file: Path) -> str:
    """Word that there is no file."""
    return f"{file} is not there: minitasks workshop reset brings the stub back, undo your copy"


def run_child(work: job.Job, cancel: threading.Event) -> Run:
    """Run one child to its end, or end it; nothing of it is left afterwards."""
    with _one_at_a_time:
        return run_only_child(work, cancel)


def run_only_child(work: job.Job, cancel: threading.Event) -> Run:
    """Run one child, while no other runs."""
    warm_up()
    context = children_context()
    receiver, sender = context.Pipe(duplex=False)
    secret = secrets.token_hex()
    child = context.Process(target=job.run, args=(work, sender, secret), daemon=True)
    with from_warm_parent():
        child.start()
    sender.close()
    run = Run(work.time_limit)
    try:
        follow(run, child, receiver, secret, cancel)
    finally:
        run.left = put_an_end(run, child)
        run.reports += reports_from(receiver, secret)
        receiver.close()
    run.exit_code = child.exitcode
    run.output = tail_of(work.output)
    run.errors = tail_of(work.errors)
    child.close()
    return run


def follow(
    run: Run,
    child: multiprocessing.process.BaseProcess,
    receiver: "multiprocessing.connection.Connection[bytes, bytes]",
    secret: str,
    cancel: threading.Event,
) -> None:
    """Collect a child's reports until it ends, is late or is called off."""
    deadline = time.monotonic() + START_LIMIT
    while child.is_alive():
        multiprocessing.connection.wait([receiver, child.sentinel], TICK)
        for report in reports_from(receiver, secret):
            run.reports.append(report)
            # From each of these the child gives itself its time anew.
            if report["kind"] in {"started", "collected"}:
                deadline = time.monotonic() + run.time_limit + PATIENCE
        run.cancelled = cancel.is_set()
        run.late = time.monotonic() > deadline
        if run.cancelled or run.late:
            break


def reports_from(
    receiver: "multiprocessing.connection.Connection[bytes, bytes]", secret: str
) -> Iterator[Report]:
    """Take the reports that have come; what does not carry the secret is no report."""
    with contextlib.suppress(EOFError, OSError):
        while receiver.poll():
            with contextlib.suppress(ValueError, TypeError, KeyError):
                report = json.loads(receiver.recv_bytes())
                if report.pop("secret") == secret:
                    yield report


def put_an_end(run: Run, child: multiprocessing.process.BaseProcess) -> bool:
    """End a child and all that came from it; tell whether it ended by itself and left others."""
    group = child.pid
    assert group is not None
    by_itself = not child.is_alive()
    if not by_itself:
        limits.end_group(group)
        child.kill()
    child.join()

    left = limits.end_group(group)
    started = run.first("started")
    # Without a warm parent, the child's parent is this process, whose other children are not to be
    # ended.
    if started and started["parent"] != os.getpid():
        left = limits.end_orphans(started["parent"]) or left
    return left and by_itself


def tail_of(file: Path) -> str:
    """Read the end of a file, if it is there."""
    if not file.exists():
        return ""
    with file.open("rb") as stream:
        stream.seek(max(0, file.stat().st_size - 20_000))
        return stream.read().decode("utf-8", "replace")
