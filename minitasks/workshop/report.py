"""Report: many learners' folders, for whoever runs the workshop: who is where, who stalls."""

import shutil
import statistics
import tarfile
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rich.console import Group
from rich.table import Table

from minitasks.errors import CannotRun
from minitasks.workshop import catalog
from minitasks.workshop.folder import DEFAULT, HIDDEN, Workshop
from minitasks.workshop.journal import JournalError, Progress


@dataclass(frozen=True)
class Learner:
    """One learner: docs/pages/reference.md describes each field."""

    name: str
    passed: int = 0
    at: str = ""
    tries: int = 0
    minutes: int = 0
    stuck_on: str = ""
    hints: int = 0
    solutions: str = ""
    last: str = ""


@dataclass(frozen=True)
class Stall:
    """One exercise, over all learners: docs/pages/reference.md describes each field."""

    exercise: str
    passed: int
    there: int
    tries: float
    minutes: float
    hints: int
    stuck_on: str


@dataclass(frozen=True)
class Report:
    learners: list[Learner]
    exercises: list[Stall]
    skipped: list[str]


def report(folders: Iterable[Path]) -> Report:
    """Read workshops, folders of workshops, or archives of either; what is none is skipped."""
    folders = list(folders)
    with tempfile.TemporaryDirectory(prefix="minitasks-") as scratch:
        found = {folder: workshops_in(folder, Path(scratch)) for folder in folders}
        workshops = [workshop for folder in folders for workshop in found[folder]]
        if not workshops:
            raise CannotRun(f"no workshop in {', '.join(map(str, folders))}")
        learners = [learner_of(workshop) for workshop in workshops]
        progress = [progress_of(workshop) or {} for workshop in workshops]
        skipped = [str(folder) for folder in folders if not found[folder]]
        return Report(learners, list(stalls(learners, progress)), skipped)


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


def learner_of(workshop: Workshop) -> Learner:
    root = workshop.root.resolve()
    # Where everybody's folder has the name that `start` chose, the one around it tells who it is.
    name = f"{root.parent.name}/{root.name}" if root.name == DEFAULT else root.name
    progress = progress_of(workshop)
    if progress is None:
        return Learner(name, at="damaged")
    passed = sum(bool(each.passed) for each in progress.values())
    at = "" if passed == len(catalog.exercises()) else workshop.current().name
    here = progress.get(at, Progress())
    return Learner(
        name=name,
        passed=passed,
        at=at,
        tries=here.tries,
        minutes=round(here.minutes),
        stuck_on=here.stuck_on,
        hints=sum(each.hints for each in progress.values()),
        solutions=", ".join(
            f"{exercise} {each.solution}" for exercise, each in progress.items() if each.solution
        ),
        last=max((each.last for each in progress.values()), default=""),
    )


def stalls(learners: Sequence[Learner], progress: Sequence[dict[str, Progress]]) -> Iterator[Stall]:
    for exercise in catalog.exercises():
        begun = [each[exercise.name] for each in progress if exercise.name in each]
        there = [learner for learner in learners if learner.at == exercise.name]
        claims = Counter(learner.stuck_on for learner in there if learner.stuck_on)
        passed = [each for each in begun if each.passed]
        yield Stall(
            exercise=exercise.name,
            passed=len(passed),
            there=len(there),
            tries=median(each.tries for each in begun),
            minutes=median(each.minutes for each in passed),
            hints=sum(each.hints for each in begun),
            stuck_on=claims.most_common(1)[0][0] if claims else "",
        )


def median(values: Iterable[float]) -> float:
    values = list(values)
    return round(statistics.median(values), 1) if values else 0


def as_text(found: Report) -> Group:
    learners = Table("learner", "passed", "at", "tries", "min", "hints", "solutions", box=None)
    for one in found.learners:
        facts = (one.passed, one.at, one.tries, one.minutes, one.hints, one.solutions)
        learners.add_row(one.name, *map(str, facts))
    exercises = Table("exercise", "passed", "there", "tries", "min", "stuck on", box=None)
    for stall in found.exercises:
        numbers = (stall.passed, stall.there, stall.tries, stall.minutes)
        exercises.add_row(stall.exercise, *(f"{number:g}" for number in numbers), stall.stuck_on)
    skipped = [f"no workshop in {each}: skipped" for each in found.skipped]
    return Group(learners, "", exercises, *skipped)
