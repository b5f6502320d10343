"""The verdict on one file, as plain data, and how it is made of what came out of the child.

A file passes only when the child has reported that every test passed as often as it was to run,
and that it came to its end. The names of the tests are read from the grader's own file.
"""

import contextlib
import re
import signal
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, cast

from minitasks.workshop import example, limits
from minitasks.workshop.catalog import Exercise, text_of

Outcome = Literal["passed", "failed", "not run"]

# Why a file is turned down. "claim" is the ordinary case: a test failed.
Reason = Literal["claim", "import", "time", "output", "ended", "process", "thread", "missing"]


@dataclass(frozen=True)
class Place:
    """A line: of the learner's file, or of the grader's where that alone waits for something."""

    file: str
    line: int
    source: str
    note: str = ""  # which thread it ran in, or what it waits for, where that helps

    def __str__(self) -> str:
        note = f" ({self.note})" if self.note else ""
        return f"{self.file}, line {self.line}{note}\n    {self.source}"


@dataclass(frozen=True)
class Checked:
    test: str
    text: str
    outcome: Outcome


@dataclass(frozen=True)
class Verdict:
    """What the grader says about one file: docs/pages/reference.md describes each field."""

    exercise: str
    file: str
    passed: bool
    reason: Reason | None = None
    claim: str = ""
    seen: str = ""
    place: Place | None = None
    example: str = ""
    printed: str = ""
    traceback: str = ""
    claims: tuple[Checked, ...] = ()
    delegates: str = ""
    seconds: float = 0.0

    def feedback(self) -> str:
        """Say in plain text what was claimed, what was seen, and at which line of the learner's."""
        parts = [self.claim, self.seen, str(self.place or "")]
        return "\n".join(part for part in parts if part)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


# -- how it is made -------------------------------------------------------------------------------

# The kinds of report that tell of a failure.
FAILURES = ("import", "output", "time", "failed", "broken", "thread")

Report = dict[str, Any]


@dataclass
class Run:
    time_limit: float  # what its tests may take, in seconds
    reports: list[Report] = field(default_factory=list)
    exit_code: int | None = None  # as multiprocessing gives it: negative for a signal
    output: str = ""  # the end of what it printed
    errors: str = ""  # the end of what it, and Python, wrote to stderr
    timed_out: bool = False  # whether it had to be ended from outside
    cancelled: bool = False
    left: bool = False  # whether it left processes behind, which were ended

    def first(self, *kinds: str) -> Report | None:
        return next((report for report in self.reports if report["kind"] in kinds), None)

    def tests(self, kind: str) -> Counter[str]:
        return Counter(report["test"] for report in self.reports if report["kind"] == kind)


@dataclass(frozen=True)
class Failure:
    reason: Reason
    seen: str
    report: Report = field(default_factory=dict)


def verdict_on(exercise: Exercise, file: Path, run: Run, seconds: float) -> Verdict:
    """Make the verdict on a file of what came out of the child."""
    verdict = Verdict(
        exercise=exercise.name,
        file=str(file),
        passed=True,
        printed="\n".join(run.output.splitlines()[-10:])[-1000:],
        claims=tuple(
            Checked(test, text, outcome_of(test, run)) for test, text in exercise.claims.items()
        ),
        seconds=seconds,
    )
    failure = failure_of(run, exercise.claims)
    if failure is None:
        return verdict
    report = failure.report
    test = report.get("test") or interrupted_test(run)
    arguments, backend = report.get("arguments") or {}, report.get("backend") or "asyncio"
    return replace(
        verdict,
        passed=False,
        reason=failure.reason,
        claim=exercise.claims.get(test, ""),
        seen=failure.seen + hint_at_trio(report, run, file),
        place=place_of(exercise, file, run, report, test),
        example=example.program(exercise, test, arguments, file, backend),
        traceback=report.get("traceback", ""),
    )


def failure_of(run: Run, tests: Iterable[str]) -> Failure | None:
    """Say why a run is no pass; None if it is one."""
    too_late = f"your code did not finish within {run.time_limit:g} seconds"
    if report := run.first(*FAILURES):
        return reported(report, too_late)
    if run.timed_out or "Timeout (" in run.errors:
        return Failure("time", too_late)
    if run.left:
        return Failure("process", "your code started a process and left it running")
    if run.first("finished") and all_passed(run, tests):
        return None
    return Failure("ended", ending(run.exit_code))


def all_passed(run: Run, tests: Iterable[str]) -> bool:
    passed = run.tests("passed")
    collected = run.first("collected") or {"tests": []}
    return all(passed[test] > 0 for test in tests) and passed == Counter(collected["tests"])


def reported(report: Report, too_late: str) -> Failure:
    kind, seen = report["kind"], report.get("seen", "")
    words = {
        "import": f"your file can't be imported: {seen}",
        "output": f"your code printed more than {limits.OUTPUT // 1024**2} MB and was stopped",
        "time": too_late,
        "thread": "your code started a thread that still ran after the last test",
    }
    if kind in words:
        return Failure(cast(Reason, kind), words[kind], report)
    return Failure("claim", seen, report)


def hint_at_trio(report: Report, run: Run, file: Path) -> str:
    """Say that it was trio, where the same test passed on asyncio."""
    if report.get("backend") != "trio" or not run.tests("passed")[report["test"]]:
        return ""
    ran = "This ran on trio, the other event loop that anyio runs on"
    if "asyncio" in text_of(file):
        return f"\nIt works on asyncio. {ran}: use anyio's functions instead of asyncio's"
    return f"\n{ran}; on asyncio it was not seen"


def ending(exit_code: int | None) -> str:
    if exit_code is not None and exit_code < 0:
        name = signal.Signals(-exit_code).name
        return f"Python itself was ended by {name}: endless recursion, or too much memory"
    return (
        f"your code ended the whole process (exit code {exit_code}) before the grader was done, "
        "as os._exit does"
    )


def outcome_of(test: str, run: Run) -> Outcome:
    if run.tests("failed")[test]:
        return "failed"
    return "passed" if run.tests("passed")[test] else "not run"


def interrupted_test(run: Run) -> str:
    """Name the test that began and did not end; empty if there is none."""
    begun = run.tests("running") - run.tests("passed") - run.tests("failed")
    return next(iter(begun), "")


def place_of(exercise: Exercise, file: Path, run: Run, report: Report, test: str) -> Place | None:
    """Find the line to blame: as reported, where Python crashed, or what the test uses first."""
    if found := report.get("place") or (run.first("exit") or {}).get("place"):
        return Place(**found)
    return crash_place(run.errors, file) or definition(exercise, file, test)


def crash_place(errors: str, file: Path) -> Place | None:
    """Find the learner's line in what faulthandler printed at a crash or a standstill."""
    if not re.search(r"^(Fatal Python error|Timeout \()", errors, re.MULTILINE):
        return None
    # faulthandler, which may not need the interpreter, escapes what is not ASCII.
    name = str(file).encode("ascii", "backslashreplace").decode()
    found = re.search(rf'^  File "{re.escape(name)}", line (\d+)', errors, re.MULTILINE)
    return line_of(file, int(found[1])) if found else None


def definition(exercise: Exercise, file: Path, test: str) -> Place | None:
    """Find where the learner defines what a test uses first, if the file can be parsed."""
    with contextlib.suppress(SyntaxError, ValueError):
        for name in example.names_used(text_of(exercise.grader), test):
            if line := example.line_defining(name, text_of(file)):
                return line_of(file, line)
    return None


def line_of(file: Path, line: int) -> Place:
    lines = text_of(file).splitlines()
    source = lines[line - 1].strip() if line <= len(lines) else ""
    return Place(str(file), line, source)
