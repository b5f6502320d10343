"""Failures: what an exception, or a program that stands still, tells about the learner's file.

Everything here runs in the child and gives plain data for a report.
"""

import gc
import inspect
import linecache
import re
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import CodeType
from typing import Any

import pytest

from minitasks.tracing.steps import callers

# How long a thread that the learner's code started may still take after the last test.
GRACE = 1.0
MOST_TEXT = 2000  # characters of what an exception says


def of(problem: BaseException, file: Path) -> dict[str, Any]:
    """Tell what an exception says: in words, at which line of the learner's, with which arguments.

    Args:
        problem: The exception; of a group, the first that has a line of the learner's counts.
        file: The learner's file.
    """
    leaves = list(leaves_of(problem))
    told = next((leaf for leaf in leaves if line_in(leaf, file)), leaves[0])
    line = line_in(told, file)
    return {
        "seen": words_of(told),
        "place": place(file, line) if line else None,
        "arguments": arguments_of(problem) or arguments_of(told),
        "traceback": "".join(traceback.format_exception(problem))[-20_000:],
    }


def leaves_of(problem: BaseException) -> Iterator[BaseException]:
    """Walk through exception groups."""
    if isinstance(problem, BaseExceptionGroup):
        for part in problem.exceptions:
            yield from leaves_of(part)
    else:
        yield problem


def words_of(problem: BaseException) -> str:
    """Say an exception in words: an assertion's own message, or the type and what it says."""
    text = text_of(problem)
    if isinstance(problem, AssertionError | pytest.fail.Exception):
        # Behind a message of its own, pytest shows the expression; a message says it better.
        message, _, rewritten = text.partition("\nassert ")
        return message.strip() or rewritten.strip() or "an assert without a message failed"
    if isinstance(problem, SyntaxError):
        return f"{type(problem).__name__}: {problem.msg}"
    if isinstance(problem, AttributeError) and problem.obj is sys.modules.get("exercise"):
        return f"your file defines no {problem.name}"
    if isinstance(problem, SystemExit):
        return "your code ended the program (SystemExit) instead of returning"
    if isinstance(problem, RecursionError):
        return "RecursionError: your code calls itself without end"
    if isinstance(problem, MemoryError):
        return "MemoryError: your code needs more memory than a grading may have"
    return f"{type(problem).__name__}: {text}" if text else type(problem).__name__


def text_of(problem: BaseException) -> str:
    """Give what an exception says, even if its own `__str__` fails; not more than can be read."""
    try:
        text = str(problem)
    except Exception as failure:
        return f"its __str__ raised {type(failure).__name__}"
    left = len(text) - MOST_TEXT
    return text if left <= 0 else f"{text[:MOST_TEXT]}... and {left:,} more characters"


def line_in(problem: BaseException, file: Path) -> int | None:
    """Find the last line of a file that an exception, or one that led to it, passed through."""
    if isinstance(problem, SyntaxError) and problem.filename == str(file):
        return problem.lineno
    cause: BaseException | None = problem
    while cause is not None:
        frames = traceback.walk_tb(cause.__traceback__)
        lines = [line for frame, line in frames if frame.f_code.co_filename == str(file)]
        if lines:
            return lines[-1]
        cause = cause.__cause__ or cause.__context__
    return None


def place(file: Path, line: int, note: str = "") -> dict[str, Any]:
    """Describe a line."""
    source = linecache.getline(str(file), line).strip()
    return {"file": str(file), "line": line, "source": source, "note": note}


def arguments_of(problem: BaseException) -> dict[str, str]:
    """Read the failing arguments from hypothesis's note: name and source text of each.

    Example:
        >>> problem = AssertionError("wrong")
        >>> problem.add_note("Failing test case: test_sum(\\n    numbers=[0],\\n)")
        >>> arguments_of(problem)
        {'numbers': '[0]'}
    """
    for note in getattr(problem, "__notes__", ()):
        if re.match(r"(Failing test case|Falsifying example): ", note):
            lines = re.split(r"\n    (?=\w+=)", note.removesuffix("\n)"))[1:]
            pairs = (line.rstrip().removesuffix(",").split("=", 1) for line in lines)
            return dict(pair for pair in pairs)
    return {}


def standing(*files: Path) -> dict[str, Any]:
    """Tell where the program stands: the first place found in the first of the files that has one.

    Args:
        *files: The learner's file, then the grader's.
    """
    for file in files:
        for line, note in places_in(str(file)):
            return {"place": place(file, line, note)}
    return {"place": None}


def places_in(file: str) -> Iterator[tuple[int, str]]:
    """Find where threads and coroutines stand in a file: what runs, then what waits."""
    main = threading.main_thread().ident
    for ident, top in sorted(sys._current_frames().items(), key=lambda item: item[0] != main):
        for frame in callers(top):
            if frame.f_code.co_filename == file and not is_module(frame.f_code):
                yield frame.f_lineno, thread_note(ident == main, frame is top)
                break
    yield from awaits_in(file)
    for top in sys._current_frames().values():
        for frame in callers(top):
            if frame.f_code.co_filename == file:
                yield frame.f_lineno, "while the file is being imported"


def is_module(code: CodeType) -> bool:
    """Tell whether code is a module's own, outside any function."""
    return code.co_name == "<module>"


def thread_note(is_main: bool, is_top: bool) -> str:
    """Say which thread a frame is in, and whether in a call from there."""
    thread = "the event loop's thread" if is_main else "another thread"
    return f"{thread} {'stands here' if is_top else 'stands in a call from here'}"


def awaits_in(file: str) -> Iterator[tuple[int, str]]:
    """Find the suspended coroutines of a file, and what each awaits, innermost of a chain only."""
    waiting = [
        item
        for item in gc.get_objects()
        if inspect.iscoroutine(item)
        and item.cr_code.co_filename == file
        and inspect.getcoroutinestate(item) == inspect.CORO_SUSPENDED
    ]
    outer = [
        item for item in waiting if getattr(item.cr_await, "cr_code", None) not in codes(waiting)
    ]
    for coroutine in outer:
        assert coroutine.cr_frame is not None
        yield coroutine.cr_frame.f_lineno, f"awaiting {awaited_name(coroutine.cr_await)}"


def codes(coroutines: list[Any]) -> set[CodeType]:
    """Collect the code objects of coroutines."""
    return {coroutine.cr_code for coroutine in coroutines}


def awaited_name(awaited: object) -> str:
    """Name what a coroutine awaits."""
    name = getattr(awaited, "__qualname__", None) or type(awaited).__qualname__
    return str(name)


def running_thread(file: Path) -> dict[str, Any] | None:
    """Find a thread that runs the learner's code after the last test, and has had time to end."""
    deadline = time.monotonic() + GRACE
    while found := thread_in(str(file)):
        if time.monotonic() > deadline:
            return {"place": place(file, found, "in a thread that never ended")}
        time.sleep(0.01)
    return None


def thread_in(file: str) -> int | None:
    """Give the line at which another thread than this one is in a file."""
    this = threading.get_ident()
    for ident, top in sys._current_frames().items():
        for frame in callers(top):
            if ident != this and frame.f_code.co_filename == file:
                return frame.f_lineno
    return None
