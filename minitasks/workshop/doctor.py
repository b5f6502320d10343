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
    """What was checked, what was found, and whether the workshop can do with it."""

    what: str
    found: str
    good: bool = True


def examine(folder: Path) -> Iterator[Finding]:
    """Make every check, for a learner who means to work in a folder."""
    checks: dict[str, Callable[[], tuple[str, bool]]] = {
        "Python": python,
        "packages": packages,
        "folder": lambda: writable(folder),
        "watching": lambda: watching(folder),
        "grading": grading,
        "output": output,
    }
    for what, check in checks.items():
        try:
            yield Finding(what, *check())
        except Exception as problem:
            yield Finding(what, f"{type(problem).__name__}: {problem}", good=False)


def python() -> tuple[str, bool]:
    found = f"{platform.python_version()} on {platform.system()}"
    return found, sys.version_info >= (3, 11)


def packages() -> tuple[str, bool]:
    needed = [name for name, extra in packages_of_extras().items() if extra == "workshop"]
    missing = [name for name in needed if importlib.util.find_spec(name) is None]
    advice = f"missing: {', '.join(missing)}; {INSTALL.format('workshop')}"
    return advice if missing else "all there", not missing


def writable(folder: Path) -> tuple[str, bool]:
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        write(Path(scratch, "file"), b"content")
    return f"{folder} can be written", True


def watching(folder: Path) -> tuple[str, bool]:
    """Save a file and wait for the notice."""
    import watchfiles

    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        timer = threading.Timer(0.2, Path(scratch, "exercise.py").touch)
        timer.start()
        began = time.monotonic()
        notices = watchfiles.watch(scratch, rust_timeout=3000, yield_on_timeout=True, step=10)
        changes = next(notices)
        timer.join()
        took = time.monotonic() - began - 0.2
    if not changes:
        return "no notice of a save: use minitasks workshop watch --poll", False
    return f"a save is noticed after {took * 1000:.0f} ms", True


def grading() -> tuple[str, bool]:
    """Grade a solution, twice: the first time warms up."""
    exercise = catalog.exercises()[0]
    took = 0.0
    for _ in range(2):
        began = time.monotonic()
        verdict = parent.grade(exercise, exercise.solution, time_limit=60)
        took = time.monotonic() - began
        if not verdict.passed:
            return f"{verdict.claim} {verdict.seen}".strip(), False
    return f"{exercise.name} takes {took * 1000:.0f} ms", True


def output() -> tuple[str, bool]:
    """Check that the terminal can show other letters than English ones."""
    encoding = sys.stdout.encoding or "ascii"
    try:
        "é한".encode(encoding)
    except UnicodeEncodeError:
        return f"{encoding}: some letters show as '?'; set PYTHONUTF8=1", True
    return encoding, True
