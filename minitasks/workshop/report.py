"""Report: many learners' folders, for whoever runs the workshop: who is where, who stalls."""

import shutil
import tarfile
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import median
from typing import Any, Literal

from rich.console import Group
from rich.table import Table

from minitasks.errors import CannotRun
from minitasks.workshop import catalog
from minitasks.workshop.folder import DEFAULT, HIDDEN, Workshop
from minitasks.workshop.journal import JournalError, Progress

# One learner, or one exercise over all learners: docs/pages/reference.md describes each field.
Row = dict[str, Any]


def report(folders: Sequence[Path]) -> dict[str, Any]:
    """Read workshops, folders of workshops, or archives of either; what is none is skipped."""
    with tempfile.TemporaryDirectory(prefix="minitasks-") as scratch:
        found = {folder: workshops_in(folder, Path(scratch)) for folder in folders}
        workshops = [workshop for folder in folders for workshop in found[folder]]
        if not workshops:
            raise CannotRun(f"no workshop in {', '.join(map(str, folders))}")
        learners = [learner(workshop) for workshop in workshops]
        known = [progress_of(workshop) or {} for workshop in workshops]
    return {
        "learners": learners,
        "exercises": [stall(exercise.name, learners, known) for exercise in catalog.exercises()],
        "skipped": [str(folder) for folder in folders if not found[folder]],
    }


def workshops_in(folder: Path, scratch: Path) -> list[Workshop]:
    """Find the workshop that a folder or an archive is, or those that are in it."""
    if folder.is_file():
        unpacked = Path(tempfile.mkdtemp(dir=scratch), folder.name.partition(".")[0])
        safely: Literal["data"] | None = "data" if tarfile.is_tarfile(folder) else None
        try:
            shutil.unpack_archive(folder, unpacked, filter=safely)
        except (shutil.ReadError, OSError, ValueError):
            return []
        folder = unpacked
    return [
        Workshop(candidate)
        for candidate in (folder, *sorted(folder.glob("*")))
        if (candidate / HIDDEN).is_dir()
    ]


def progress_of(workshop: Workshop) -> dict[str, Progress] | None:
    """Give what a workshop's journal adds up to; None if it is damaged."""
    try:
        return workshop.progress()
    except JournalError:
        return None


def learner(workshop: Workshop) -> Row:
    root = workshop.root.resolve()
    progress = progress_of(workshop)
    known = progress or {}
    passed = sum(bool(each.passed) for each in known.values())
    at = ""
    if progress is None:
        at = "damaged"
    elif passed < len(catalog.exercises()):
        at = workshop.current().name
    here = known.get(at, Progress())
    opened = [f"{name} {each.solution}" for name, each in known.items() if each.solution]
    return {
        # Where everybody's folder has the name that `start` chose, the one around it tells who it
        # is.
        "name": f"{root.parent.name}/{root.name}" if root.name == DEFAULT else root.name,
        "passed": passed,
        "at": at,
        "tries": here.tries,
        "minutes": round(here.minutes),
        "stuck_on": here.stuck_on,
        "hints": sum(each.hints for each in known.values()),
        "solutions": ", ".join(opened),
        "last": max((each.last for each in known.values()), default=""),
    }


def stall(exercise: str, learners: Iterable[Row], known: Iterable[dict[str, Progress]]) -> Row:
    begun = [each[exercise] for each in known if exercise in each]
    passed = [each for each in begun if each.passed]
    there = [each for each in learners if each["at"] == exercise]
    claims = Counter(each["stuck_on"] for each in there if each["stuck_on"])
    return {
        "exercise": exercise,
        "passed": len(passed),
        "there": len(there),
        "tries": round(median([each.tries for each in begun] or [0]), 1),
        "minutes": round(median([each.minutes for each in passed] or [0]), 1),
        "hints": sum(each.hints for each in begun),
        "stuck_on": max(claims, key=claims.__getitem__, default=""),
    }


def as_text(found: dict[str, Any]) -> Group:
    learners = Table("learner", "passed", "at", "tries", "min", "hints", "solutions", box=None)
    for row in found["learners"]:
        shown = ("name", "passed", "at", "tries", "minutes", "hints", "solutions")
        learners.add_row(*(str(row[field]) for field in shown))
    exercises = Table("exercise", "passed", "there", "tries", "min", "stuck on", box=None)
    for row in found["exercises"]:
        numbers = (f"{row[field]:g}" for field in ("passed", "there", "tries", "minutes"))
        exercises.add_row(row["exercise"], *numbers, row["stuck_on"])
    skipped = [f"no workshop in {each}: skipped" for each in found["skipped"]]
    return Group(learners, "", exercises, *skipped)
