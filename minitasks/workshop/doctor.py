"""Doctor: is this machine ready for the workshop? Each check does the thing itself, small."""

import importlib.util
import platform
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from minitasks.errors import INSTALL, CannotRun, packages_of_extras
from minitasks.workshop import catalog, parent
from minitasks.workshop.folder import write


def examine(folder: Path) -> Iterator[tuple[bool, str]]:
    """Make every check, for a learner who works in a folder; tell of each whether it is good."""
    checks: dict[str, Callable[[], str]] = {
        "Python": lambda: f"{platform.python_version()} on {platform.system()}",
        "packages": packages,
        "folder": lambda: writable(folder),
        "watching": lambda: watching(folder),
        "grading": grading,
    }
    for what, check in checks.items():
        try:
            yield True, f"{what}: {check()}"
        except CannotRun as problem:
            yield False, f"{what}: {problem}"
        except Exception as problem:
            yield False, f"{what}: {type(problem).__name__}: {problem}"


def packages() -> str:
    needed = [name for name, extra in packages_of_extras().items() if extra == "workshop"]
    missing = [name for name in needed if importlib.util.find_spec(name) is None]
    if missing:
        raise CannotRun(f"missing: {', '.join(missing)}; {INSTALL.format('workshop')}")
    return "all there"


def writable(folder: Path) -> str:
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        write(Path(scratch, "file"), b"content")
    return f"{folder} can be written"


def watching(folder: Path) -> str:
    """Save a file and wait for the notice, for three seconds."""
    from minitasks.workshop.watch import TICK, notices

    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        saves = notices(Path(scratch))
        next(saves)
        began = time.monotonic()
        Path(scratch, "exercise.py").touch()
        is_noticed = any(islice(saves, round(3 / TICK)))
        took = time.monotonic() - began
    if not is_noticed:
        raise CannotRun("no notice of a save: use minitasks workshop watch --poll")
    return f"a save is noticed after {took * 1000:.0f} ms"


def grading() -> str:
    """Grade a solution, twice: the first time warms up."""
    exercise = catalog.exercises()[0]
    for _ in range(2):
        verdict = parent.grade(exercise, exercise.solution, time_limit=60)
        if not verdict.passed:
            raise CannotRun(f"{verdict.claim} {verdict.seen}".strip())
    return f"{exercise.name} takes {verdict.seconds * 1000:.0f} ms"
