"""Doctor: is this machine ready for the workshop? Each check does the thing itself, small."""

import importlib.util
import platform
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from minitasks.errors import INSTALL, packages_of_extras
from minitasks.workshop import catalog, parent
from minitasks.workshop.folder import write


@dataclass(frozen=True)
class Finding:
    """What one check found.

    Attributes:
        what: What was checked.
        found: What was found.
        good: Whether the workshop can do with it.
    """

    what: str
    found: str
    good: bool = True


def examine(folder: Path) -> Iterator[Finding]:
    """Make every check.

    Args:
        folder: Where the learner means to work.
    """
    checks: tuple[tuple[str, Callable[[], Finding]], ...] = (
        ("Python", python),
        ("packages", packages),
        ("folder", lambda: writable(folder)),
        ("watching", lambda: watching(folder)),
        ("grading", grading),
        ("output", output),
    )
    for what, check in checks:
        try:
            yield check()
        except Exception as problem:
            yield Finding(what, f"{type(problem).__name__}: {problem}", good=False)


def python() -> Finding:
    """Check the version."""
    return Finding(
        "Python", f"{platform.python_version()} on {platform.system()}", sys.version_info >= (3, 11)
    )


def packages() -> Finding:
    """Check that everything is installed."""
    needed = [name for name, extra in packages_of_extras().items() if extra == "workshop"]
    missing = [name for name in needed if importlib.util.find_spec(name) is None]
    advice = f"missing: {', '.join(missing)}; {INSTALL.format('workshop')}"
    return Finding("packages", advice if missing else "all there", not missing)


def writable(folder: Path) -> Finding:
    """Write a file."""
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        write(Path(scratch, "file"), b"content")
    return Finding("folder", f"{folder} can be written")


def watching(folder: Path) -> Finding:
    """Save a file and wait for the notice."""
    import watchfiles

    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        timer = threading.Timer(0.2, Path(scratch, "exercise.py").touch)
        timer.start()
        began = time.monotonic()
        for changes in watchfiles.watch(scratch, rust_timeout=3000, yield_on_timeout=True, step=10):
            timer.join()
            took = time.monotonic() - began - 0.2
            if changes:
                return Finding("watching", f"a save is noticed after {took * 1000:.0f} ms")
            break
    return Finding(
        "watching", "no notice of a save: use minitasks workshop watch --poll", good=False
    )


def grading() -> Finding:
    """Grade a solution, twice: the first time warms up."""
    exercise = catalog.exercises()[0]
    took = 0.0
    for _ in range(2):
        began = time.monotonic()
        verdict = parent.grade(exercise, exercise.solution, time_limit=60)
        took = time.monotonic() - began
        if verdict is None or not verdict.passed:
            return Finding("grading", verdict.feedback() if verdict else "called off", good=False)
    return Finding("grading", f"{exercise.name} takes {took * 1000:.0f} ms")


def output() -> Finding:
    """Check that the terminal can show other letters than English ones."""
    encoding = sys.stdout.encoding or "ascii"
    try:
        "é한".encode(encoding)
    except UnicodeEncodeError:
        return Finding("output", f"{encoding}: some letters show as '?'; set PYTHONUTF8=1")
    return Finding("output", encoding)
