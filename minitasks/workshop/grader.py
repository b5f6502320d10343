"""The grader, the parent's side: start a child for each grading, bound it, judge from its reports.

A file passes only when the child has reported, with the run's secret, that every test of the
exercise passed and that it came to its end. The names of the tests are read from the grader's own
file, not asked of the child.
"""

import contextlib
import json
import multiprocessing
import multiprocessing.connection
import os
import re
import secrets
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerContext, SpawnContext
from pathlib import Path
from typing import Any, cast

from minitasks.scenarios.errors import CannotRun
from minitasks.workshop import example, job, limits
from minitasks.workshop.catalog import Exercise, text_of
from minitasks.workshop.verdict import Checked, Outcome, Place, Reason, Verdict

# How long a child may take to import everything, where no warm parent has done so.
START_LIMIT = 60.0
# The child ends itself at its time limit and says where it stood; after this much more it is ended
# from here.
PATIENCE = 3.0
# How often a waiting grading looks whether it was cancelled.
TICK = 0.02

GONE = "{} is not there: minitasks workshop reset brings the stub back, undo your last copy"
# Ending what a child left behind would end another child, too.
_one_at_a_time = threading.Lock()

FAILURES = {"import", "patched", "output", "time", "failed", "broken", "thread", "process"}


@dataclass
class Run:
    """What came out of one child.

    Attributes:
        reports: Its reports, in order; only those with the right secret.
        exit_code: As multiprocessing gives it: negative for a signal.
        output: The end of what it printed.
        errors: The end of what it, and Python, wrote to stderr.
        late: Whether it had to be ended from here.
        cancelled: Whether the grading was called off.
        left: Whether it left processes behind, which were ended.
    """

    reports: list[dict[str, Any]] = field(default_factory=list)
    exit_code: int | None = None
    output: str = ""
    errors: str = ""
    late: bool = False
    cancelled: bool = False
    left: bool = False

    def first(self, *kinds: str) -> dict[str, Any] | None:
        """Give the first report of one of these kinds."""
        return next((report for report in self.reports if report["kind"] in kinds), None)


def children_context() -> ForkServerContext | SpawnContext:
    """Choose how children start: forked from a warm parent, or plain where there is no fork."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["minitasks.workshop.warm"])
    return context


def warm_up() -> None:
    """Start the warm parent, if it is not there yet. The first grading does it as well."""
    if "forkserver" in multiprocessing.get_all_start_methods():
        from multiprocessing import forkserver

        children_context()
        with safe_path():
            forkserver.ensure_running()


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
        return Verdict(exercise.name, str(file), False, "missing", seen=GONE.format(file))

    with tempfile.TemporaryDirectory(prefix="minitasks-", ignore_cleanup_errors=True) as scratch:
        work = job.Job(exercise.grader.absolute(), file, Path(scratch), time_limit, examples)
        run = run_child(work, cancel or threading.Event())
    if run.cancelled:
        return None
    if not run.first("started"):
        raise CannotRun("the grading did not start: minitasks workshop doctor tells more")
    return judge(exercise, file, run, time_limit, time.perf_counter() - began)


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
    child.start()
    sender.close()
    run = Run()
    try:
        follow(run, child, receiver, secret, work.time_limit, cancel)
    finally:
        run.left = put_an_end(run, child)
        run.reports += list(reports_from(receiver, secret))
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
    time_limit: float,
    cancel: threading.Event,
) -> None:
    """Collect a child's reports until it ends, is late or is called off."""
    deadline = time.monotonic() + START_LIMIT
    while child.is_alive():
        multiprocessing.connection.wait([receiver, child.sentinel], TICK)
        for report in reports_from(receiver, secret):
            run.reports.append(report)
            if report["kind"] == "started":
                deadline = time.monotonic() + time_limit + PATIENCE
        run.cancelled = cancel.is_set()
        run.late = time.monotonic() > deadline
        if run.cancelled or run.late:
            break


def reports_from(
    receiver: "multiprocessing.connection.Connection[bytes, bytes]", secret: str
) -> Iterator[dict[str, Any]]:
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


def judge(exercise: Exercise, file: Path, run: Run, time_limit: float, seconds: float) -> Verdict:
    """Make the verdict from what came out of the child."""
    checked = tuple(outcomes(exercise, run))
    failure = failure_of(run, time_limit, all(claim.outcome == "passed" for claim in checked))
    if failure is None:
        return Verdict(
            exercise.name,
            str(file),
            True,
            printed=end_of(run.output),
            claims=checked,
            seconds=seconds,
        )

    reason, seen, report = failure
    test = report.get("test") or running_test(run)
    return Verdict(
        exercise.name,
        str(file),
        False,
        reason,
        claim=next((claim.text for claim in checked if claim.test == test), ""),
        seen=seen,
        place=place_of(report, file)
        or crash_place(run.errors, file)
        or definition(exercise, test, file),
        example=example.program(exercise, test, report.get("arguments") or {}, file)
        if test
        else "",
        printed=end_of(run.output),
        traceback=report.get("traceback", ""),
        claims=checked,
        seconds=seconds,
    )


def outcomes(exercise: Exercise, run: Run) -> Iterator[Checked]:
    """Tell for each claim of the exercise what became of it."""
    passed = {report["test"] for report in run.reports if report["kind"] == "passed"}
    failed = {report["test"] for report in run.reports if report["kind"] == "failed"}
    for claim in exercise.claims:
        outcome: Outcome = "passed" if claim.test in passed else "not run"
        yield Checked(claim.test, claim.text, "failed" if claim.test in failed else outcome)


def running_test(run: Run) -> str:
    """Name the test that was running last and did not end; empty if there is none."""
    last = run.reports[-1] if run.reports else {"kind": "none"}
    begun = [report for report in run.reports if report["kind"] in {"running", "passed"}]
    interrupted = last["kind"] in {"running", "time", "output", "process"}
    return (
        str(begun[-1]["test"]) if begun and interrupted and begun[-1]["kind"] == "running" else ""
    )


def failure_of(
    run: Run, time_limit: float, complete: bool
) -> tuple[Reason, str, dict[str, Any]] | None:
    """Say why a run is no pass: the reason, the words, and what was reported. None for a pass."""
    if report := run.first(*FAILURES):
        return words_for(report, time_limit)
    if run.late or "Timeout (" in run.errors:
        return "time", f"your code did not finish within {time_limit:g} seconds", {}
    if run.left:
        return "process", "your code started a process and left it running", {}
    if run.first("finished") and complete:
        return None
    return "ended", ending(run.exit_code), {}


def words_for(report: dict[str, Any], time_limit: float) -> tuple[Reason, str, dict[str, Any]]:
    """Word a report that tells of a failure."""
    kind = report["kind"]
    if kind in {"failed", "broken"}:
        return "claim", report["seen"], report
    words = {
        "import": f"your file can't be imported: {report.get('seen')}",
        "patched": f"your file replaces {report.get('name')}, which the grader needs: take it out",
        "output": f"your code printed more than {limits.OUTPUT // 1024**2} MB and was stopped",
        "time": f"your code did not finish within {time_limit:g} seconds",
        "thread": "your code started a thread that still ran after the last test",
        "process": "your code makes copies of the process (os.fork), which no exercise asks for",
    }
    return cast(Reason, kind), words[kind], report


def ending(exit_code: int | None) -> str:
    """Word how a process ended that should have gone on."""
    if exit_code is not None and exit_code < 0:
        name = signal.Signals(-exit_code).name
        return f"Python itself was ended by {name}: endless recursion, or too much memory"
    return (
        f"your code ended the whole process (exit code {exit_code}) before the grader was done, "
        "as os._exit does"
    )


def place_of(report: dict[str, Any], file: Path) -> Place | None:
    """Take the place that a report names."""
    found = report.get("place")
    return Place(**found) if found else None


def crash_place(errors: str, file: Path) -> Place | None:
    """Find the learner's line in what faulthandler printed when Python crashed or stood still."""
    if not re.search(r"^(Fatal Python error|Timeout \()", errors, re.MULTILINE):
        return None
    # faulthandler, which may not need the interpreter, escapes what is not ASCII.
    name = str(file).encode("ascii", "backslashreplace").decode()
    found = re.search(rf'^  File "{re.escape(name)}", line (\d+)', errors, re.MULTILINE)
    return line_of(file, int(found[1])) if found else None


def definition(exercise: Exercise, test: str, file: Path) -> Place | None:
    """Point at the definition that a test uses first, where no line of the learner's raised."""
    with contextlib.suppress(SyntaxError, ValueError):
        for name in example.names_used(text_of(exercise.grader), test):
            if line := example.line_defining(name, text_of(file)):
                return line_of(file, line)
    return None


def line_of(file: Path, line: int) -> Place:
    """Describe a line of a file."""
    lines = text_of(file).splitlines()
    source = lines[line - 1].strip() if line <= len(lines) else ""
    return Place(str(file), line, source)


def end_of(output: str) -> str:
    """Keep the last lines of what was printed."""
    return "\n".join(output.splitlines()[-10:])[-1000:]


def tail_of(file: Path) -> str:
    """Read the end of a file, if it is there."""
    if not file.exists():
        return ""
    with file.open("rb") as stream:
        stream.seek(max(0, file.stat().st_size - 20_000))
        return stream.read().decode("utf-8", "replace")
