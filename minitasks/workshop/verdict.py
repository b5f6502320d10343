"""The verdict on one file, as plain data, and how it is made of what came out of the child.

A file passes only when the child has reported that every test passed as often as it was to run,
and that it came to its end. The names of the tests are read from the grader's own file.
"""

import ast
import contextlib
import linecache
import re
import signal
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from minitasks.errors import CannotRun
from minitasks.workshop import example, limits
from minitasks.workshop.catalog import Exercise, definitions, text_of
from minitasks.workshop.solutions import delegates_to

Outcome = Literal["passed", "failed", "not run"]

# Why a file is turned down. "claim" is the ordinary case: a test failed.
Reason = Literal["claim", "import", "time", "output", "ended", "process", "thread", "missing"]
WORDS: dict[Reason, str] = {
    "claim": "{seen}",
    "import": "your file can't be imported: {seen}",
    "time": "your code did not finish within {run.time_limit:g} s",
    "output": f"your code printed more than {limits.OUTPUT // 1024**2} MB and was stopped",
    "ended": "your code ended the whole process (exit code {run.exit_code}) before the grader was "
    "done, as os._exit does",
    "process": "your code started a process and left it running",
    "thread": "your code started a thread that still ran after the last test",
}


@dataclass(frozen=True)
class Place:
    """A line: of the learner's file, or of the grader's where that alone waits for something."""

    file: str
    line: int
    source: str
    note: str = ""  # which thread it ran in, or what it waits for, where that helps


def place_at(file: Path, line: int, note: str = "") -> Place:
    linecache.clearcache()  # another save may have come
    return Place(str(file), line, linecache.getline(str(file), line).strip(), note)


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


# -- how it is made -------------------------------------------------------------------------------


@dataclass
class Run:
    """How the tests of a file ran: the child writes it down at each change, and then it ends."""

    time_limit: float  # what the tests may take, in seconds
    tests: list[str] = field(default_factory=list)  # each as often as it is to run
    passed: list[str] = field(default_factory=list)  # ... and as often as it passed
    failed: list[str] = field(default_factory=list)
    running: str = ""  # the test that has begun, and not ended
    failure: dict[str, Any] = field(default_factory=dict)  # reason, what was seen, what is known
    exited_at: dict[str, Any] | None = None  # where the learner's code ended the process
    is_finished: bool = False
    # What the parent adds.
    exit_code: int | None = None  # as multiprocessing gives it: negative for a signal
    output: str = ""  # the end of what it printed
    errors: str = ""  # the end of what it, and Python, wrote to stderr
    left: bool = False  # whether it left processes behind, which were ended


def verdict_on(exercise: Exercise, file: Path, run: Run, seconds: float) -> Verdict:
    """Make the verdict on a file of what came out of the child."""
    failure = failure_of(run, exercise.claims)
    test = failure.get("test") or run.running
    arguments, backend = failure.get("arguments", {}), failure.get("backend", "asyncio")
    claims = exercise.claims.items()
    return Verdict(
        exercise=exercise.name,
        file=str(file),
        passed=not failure,
        reason=failure.get("reason"),
        claim=exercise.claims.get(test, ""),
        seen=words_for(failure, run, file),
        place=place_of(exercise, file, run, test) if failure else None,
        example=example.program(exercise, test, arguments, file, backend),
        printed="\n".join(run.output.splitlines()[-10:])[-1000:],
        traceback=failure.get("traceback", ""),
        claims=tuple(Checked(test, text, outcome_of(test, run)) for test, text in claims),
        delegates="" if failure else delegates_to(file, exercise),
        seconds=seconds,
    )


def failure_of(run: Run, tests: Iterable[str]) -> dict[str, Any]:
    """Say why a run is no pass, as the child noted it or should have; empty if it is one."""
    if run.failure:
        return run.failure
    if "Timeout (" in run.errors:
        return {"reason": "time"}
    if run.left:
        return {"reason": "process"}
    passed = Counter(run.passed)
    if run.is_finished and passed == Counter(run.tests) and passed.keys() >= set(tests):
        return {}
    return {"reason": "ended"}


def words_for(failure: dict[str, Any], run: Run, file: Path) -> str:
    """Say a failure in words; empty if there is none."""
    if not failure:
        return ""
    if failure["reason"] == "ended" and run.exit_code is not None and run.exit_code < 0:
        name = signal.Signals(-run.exit_code).name
        return f"Python itself was ended by {name}: endless recursion, or too much memory"
    words = WORDS[failure["reason"]].format(run=run, seen=failure.get("seen"))
    return words + hint_at_trio(failure, run, file)


def hint_at_trio(failure: dict[str, Any], run: Run, file: Path) -> str:
    """Say that it was trio, where the same test passed on asyncio."""
    if failure.get("backend") != "trio" or failure["test"] not in run.passed:
        return ""
    ran = "This ran on trio, the other event loop that anyio runs on"
    if "asyncio" in text_of(file):
        return f"\nIt works on asyncio. {ran}: use anyio's functions instead of asyncio's"
    return f"\n{ran}; on asyncio it was not seen"


def outcome_of(test: str, run: Run) -> Outcome:
    if test in run.failed:
        return "failed"
    return "passed" if test in run.passed else "not run"


def place_of(exercise: Exercise, file: Path, run: Run, test: str) -> Place | None:
    """Find the line to blame: as reported, where Python crashed, or what the test uses first."""
    if found := run.failure.get("place") or run.exited_at:
        return Place(**found)
    return crash_place(run.errors, file) or definition(exercise, file, test)


def crash_place(errors: str, file: Path) -> Place | None:
    """Find the learner's line in what faulthandler printed at a crash or a standstill."""
    if not re.search(r"^(Fatal Python error|Timeout \()", errors, re.MULTILINE):
        return None
    # faulthandler, which may not need the interpreter, escapes what is not ASCII.
    name = str(file).encode("ascii", "backslashreplace").decode()
    found = re.search(rf'^  File "{re.escape(name)}", line (\d+)', errors, re.MULTILINE)
    return place_at(file, int(found[1])) if found else None


def definition(exercise: Exercise, file: Path, test: str) -> Place | None:
    """Find where the learner defines what a test uses first, if the file can be parsed."""
    with contextlib.suppress(SyntaxError, ValueError, CannotRun):
        defined = definitions(ast.parse(text_of(file)))
        for name in example.names_used(text_of(exercise.grader), test):
            if name in defined:
                return place_at(file, defined[name].lineno)
    return None
