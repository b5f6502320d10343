"""Report: many learners' folders, for whoever runs the workshop: who is where, who stalls."""

import shutil
import statistics
import tarfile
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Group
from rich.table import Table

from minitasks.errors import CannotRun
from minitasks.workshop import catalog
from minitasks.workshop.folder import DEFAULT, HIDDEN, Workshop
from minitasks.workshop.journal import JournalError, Progress


@dataclass(frozen=True)
class Learner:
    """One learner.

    Attributes:
        name: The folder's name, and its parent's where `start` chose it.
        passed: How many exercises have passed.
        at: The exercise that the learner is at; empty at the end, "damaged" if the folder can't be
            read.
        tries: How many tries at that one have failed.
        minutes: How long the learner has been at that one.
        stuck_on: The claim that failed there last.
        hints: How many hints were opened, in all.
        solutions: Which solutions were opened, and how.
        last: When something happened last.
    """

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
    """One exercise, over all learners.

    Attributes:
        exercise: Its name.
        passed: How many have passed it.
        there: How many are at it now.
        tries: The median of the failed tries of those who began it.
        minutes: The median time of those who passed it.
        hints: How many hints were opened for it.
        stuck_on: The claim that most of those who are at it fail on.
    """

    exercise: str
    passed: int
    there: int
    tries: float
    minutes: float
    hints: int
    stuck_on: str


@dataclass(frozen=True)
class Report:
    """What a facilitator wants to know."""

    learners: tuple[Learner, ...]
    exercises: tuple[Stall, ...]
    skipped: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Give the report as the documented JSON object."""
        return {
            "learners": [asdict(learner) for learner in self.learners],
            "exercises": [asdict(stall) for stall in self.exercises],
            "skipped": list(self.skipped),
        }


def report(folders: Iterable[Path]) -> Report:
    """Read learners' folders. Nothing is written to them.

    Args:
        folders: Workshops, folders of workshops, or archives of either. What is none of these is
            skipped, and named in the report.

    Raises:
        CannotRun: No workshop is in any of them.
    """
    folders = list(folders)
    with tempfile.TemporaryDirectory(prefix="minitasks-") as scratch:
        found = {folder: workshops_in(folder, Path(scratch)) for folder in folders}
        workshops = [workshop for folder in folders for workshop in found[folder]]
        if not workshops:
            raise CannotRun(f"no workshop in {', '.join(map(str, folders))}")
        learners = tuple(learner_of(workshop) for workshop in workshops)
        progress = [readable(workshop) for workshop in workshops]
        skipped = tuple(str(folder) for folder in folders if not found[folder])
        return Report(learners, tuple(stalls(learners, progress)), skipped)


def workshops_in(folder: Path, scratch: Path) -> list[Workshop]:
    """Find the workshop that a folder or an archive is, or those that are in it.

    Args:
        folder: The folder or the archive.
        scratch: Where to unpack an archive.
    """
    if folder.is_file():
        unpacked = Path(tempfile.mkdtemp(dir=scratch), folder.name.partition(".")[0])
        try:
            shutil.unpack_archive(
                folder, unpacked, filter="data" if tarfile.is_tarfile(folder) else None
            )
        except (shutil.ReadError, OSError, ValueError):
            return []
        folder = unpacked
    return [
        Workshop(candidate)
        for candidate in (folder, *sorted(folder.glob("*")))
        if (candidate / HIDDEN).is_dir()
    ]


def readable(workshop: Workshop) -> dict[str, Progress]:
    """Give what a workshop's journal adds up to; nothing if it is damaged."""
    try:
        return workshop.progress()
    except JournalError:
        return {}


def learner_of(workshop: Workshop) -> Learner:
    """Sum one learner's folder up."""
    name = name_of(workshop.root.resolve())
    try:
        progress = workshop.progress()
    except JournalError:
        return Learner(name, at="damaged")
    passed = [each for each in progress.values() if each.passed]
    is_done = len(passed) == len(catalog.exercises())
    at = "" if is_done else workshop.current().name
    here = progress.get(at, Progress())
    return Learner(
        name=name,
        passed=len(passed),
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


def name_of(root: Path) -> str:
    """Name a learner by the folder; by what it is in, too, where everybody's has the same name."""
    return f"{root.parent.name}/{root.name}" if root.name == DEFAULT else root.name


def stalls(learners: Iterable[Learner], progress: list[dict[str, Progress]]) -> Iterator[Stall]:
    """Sum each exercise up."""
    learners = list(learners)
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
    """Give the median, rounded; 0 if there is nothing."""
    values = list(values)
    return round(statistics.median(values), 1) if values else 0


def as_text(found: Report) -> Group:
    """Show a report on a terminal."""
    learners = Table("learner", "passed", "at", "tries", "min", "hints", "solutions", box=None)
    for one in found.learners:
        learners.add_row(
            one.name,
            str(one.passed),
            one.at,
            str(one.tries),
            str(one.minutes),
            str(one.hints),
            one.solutions,
        )
    exercises = Table("exercise", "passed", "there", "tries", "min", "stuck on", box=None)
    for stall in found.exercises:
        exercises.add_row(
            stall.exercise,
            str(stall.passed),
            str(stall.there),
            f"{stall.tries:g}",
            f"{stall.minutes:g}",
            stall.stuck_on,
        )
    skipped = [f"no workshop in {each}: skipped" for each in found.skipped]
    return Group(learners, "", exercises, *skipped)
