"""Failures: what an exception, or a program that stands still, tells about the learner's file.

Everything here runs in the child and gives plain data for a report.
"""

import gc
import inspect
import re
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from minitasks.tracing.steps import callers
from minitasks.workshop.verdict import Place, place_at

# How long a thread that the learner's code started may still take after the last test.
GRACE = 1.0
MOST_TEXT = 2000  # characters of what an exception says


def of(problem: BaseException, file: Path) -> dict[str, Any]:
    """Tell what an exception says: in words, at which line of the learner's, with which arguments.

    Of a group, the first that has a line of the learner's counts.
    """
    leaves = list(leaves_of(problem))
    told = next((leaf for leaf in leaves if line_in(leaf, file)), leaves[0])
    line = line_in(told, file)
    return {
        "seen": words_of(told),
        "place": place_at(file, line) if line else None,
        "arguments": arguments_of(problem) or arguments_of(told),
        "traceback": "".join(traceback.format_exception(problem))[-20_000:],
    }


def leaves_of(problem: BaseException) -> Iterator[BaseException]:
    if isinstance(problem, BaseExceptionGroup):
        for part in problem.exceptions:
            yield from leaves_of(part)
    else:
        yield problem


def words_of(problem: BaseException) -> str:
    """Say an exception in words: an assertion's own message, or the type and what it says."""
    text = text_of(problem)
    if isinstance(problem, AssertionError | pytest.fail.Exception):
        return text.strip() or "an assert without a message failed"
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


def arguments_of(problem: BaseException) -> dict[str, str]:
    """Read the failing arguments from hypothesis's note: name and source text of each.

    From "Failing test case: test_sum(\\n    numbers=[0],\\n)" that is {'numbers': '[0]'}.
    """
    for note in getattr(problem, "__notes__", ()):
        if re.match(r"(Failing test case|Falsifying example): ", note):
            lines = re.split(r"\n    (?=\w+=)", note.removesuffix("\n)"))[1:]
            pairs = (line.rstrip().removesuffix(",").split("=", 1) for line in lines)
            return dict(pairs)
    return {}


def standing(*files: Path) -> Place | None:
    """Tell where the program stands: the first place found in the first file that has one."""
    places = (place_at(file, line, note) for file in files for line, note in places_in(file))
    return next(places, None)


def places_in(file: Path) -> Iterator[tuple[int, str]]:
    """Find where threads and coroutines stand in a file: what runs, then what waits."""
    main = threading.main_thread().ident
    frames = sorted(frames_in(file), key=lambda found: found[0] != main)
    for ident, frame, is_innermost in frames:
        if frame.f_code.co_name != "<module>":
            thread = "the event loop's thread" if ident == main else "another thread"
            how = "stands here" if is_innermost else "stands in a call from here"
            yield frame.f_lineno, f"{thread} {how}"
    yield from awaits_in(str(file))
    for _, frame, _ in frames:
        yield frame.f_lineno, "while the file is being imported"


def frames_in(file: Path) -> Iterator[tuple[int, FrameType, bool]]:
    """Find each thread's frames in a file, from inside outwards: is it the thread's innermost?"""
    for ident, top in sys._current_frames().items():
        for frame in callers(top):
            if frame.f_code.co_filename == str(file):
                yield ident, frame, frame is top


def awaits_in(file: str) -> Iterator[tuple[int, str]]:
    """Find the suspended coroutines of a file, and what each awaits, innermost of a chain only."""
    waiting: list[Any] = [
        item
        for item in gc.get_objects()
        if inspect.iscoroutine(item)
        and item.cr_code.co_filename == file
        and inspect.getcoroutinestate(item) == inspect.CORO_SUSPENDED
    ]
    inner = {coroutine.cr_code for coroutine in waiting}
    for coroutine in waiting:
        awaited = coroutine.cr_await
        if getattr(awaited, "cr_code", None) not in inner:
            name = getattr(awaited, "__qualname__", None) or type(awaited).__qualname__
            yield coroutine.cr_frame.f_lineno, f"awaiting {name}"


def running_thread(file: Path) -> Place | None:
    """Find a thread that runs the learner's code after the last test, and has had time to end."""
    deadline = time.monotonic() + GRACE
    this = threading.get_ident()
    while lines := [frame.f_lineno for ident, frame, _ in frames_in(file) if ident != this]:
        if time.monotonic() > deadline:
            return place_at(file, lines[0], "in a thread that never ended")
        time.sleep(0.01)
    return None
