"""Report: many learners' folders, for whoever runs the workshop: who is where, who stalls."""

import csv
import html
import io
import statistics
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from rich.console import Group
from rich.table import Table

from minitasks.errors import CannotRun
from minitasks.workshop import catalog
from minitasks.workshop.folder import DEFAULT, HIDDEN, Workshop
from minitasks.workshop.progress import Damaged, Standing


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

    def as_json(self) -> dict[str, Any]:
        """Give the report as the documented JSON object."""
        return {
            "learners": [asdict(learner) for learner in self.learners],
            "exercises": [asdict(stall) for stall in self.exercises],
        }


def report(folders: Iterable[Path]) -> Report:
    """Read learners' folders. Nothing is written to them.

    Args:
        folders: Workshops, or folders of workshops.

    Raises:
        CannotRun: One is neither.
    """
    workshops = [workshop for folder in folders for workshop in workshops_in(folder)]
    learners = tuple(learner_of(workshop) for workshop in workshops)
    standings = [readable(workshop) for workshop in workshops]
    return Report(learners, tuple(stalls(learners, standings)))


def workshops_in(folder: Path) -> list[Workshop]:
    """Find the workshop that a folder is, or those that are in it."""
    found = [
        Workshop(candidate)
        for candidate in (folder, *sorted(folder.glob("*")))
        if (candidate / HIDDEN).is_dir()
    ]
    if not found:
        raise CannotRun(f"no workshop in {folder}")
    return found


def readable(workshop: Workshop) -> dict[str, Standing]:
    """Give what a workshop's journal adds up to; nothing if it is damaged."""
    try:
        return workshop.standings()
    except Damaged:
        return {}


def learner_of(workshop: Workshop) -> Learner:
    """Sum one learner's folder up."""
    name = name_of(workshop.root.resolve())
    try:
        standings = workshop.standings()
    except Damaged:
        return Learner(name, at="damaged")
    passed = [standing for standing in standings.values() if standing.passed]
    is_done = len(passed) == len(catalog.exercises())
    at = "" if is_done else workshop.current().name
    here = standings.get(at, Standing())
    return Learner(
        name=name,
        passed=len(passed),
        at=at,
        tries=here.tries,
        minutes=round(here.minutes),
        stuck_on=here.stuck_on,
        hints=sum(standing.hints for standing in standings.values()),
        solutions=", ".join(
            f"{exercise} {standing.solution}"
            for exercise, standing in standings.items()
            if standing.solution
        ),
        last=max((standing.last for standing in standings.values()), default=""),
    )


def name_of(root: Path) -> str:
    """Name a learner by the folder; by what it is in, too, where everybody's has the same name."""
    return f"{root.parent.name}/{root.name}" if root.name == DEFAULT else root.name


def stalls(learners: Iterable[Learner], standings: list[dict[str, Standing]]) -> Iterator[Stall]:
    """Sum each exercise up."""
    learners = list(learners)
    for exercise in catalog.exercises():
        begun = [standing[exercise.name] for standing in standings if exercise.name in standing]
        there = [learner for learner in learners if learner.at == exercise.name]
        claims = Counter(learner.stuck_on for learner in there if learner.stuck_on)
        passed = [standing for standing in begun if standing.passed]
        yield Stall(
            exercise=exercise.name,
            passed=len(passed),
            there=len(there),
            tries=median(standing.tries for standing in begun),
            minutes=median(standing.minutes for standing in passed),
            hints=sum(standing.hints for standing in begun),
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
    return Group(learners, "", exercises)


def as_csv(found: Report) -> str:
    """Write the learners as CSV, a row each."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([field.name for field in fields(Learner)])
    writer.writerows([safe_cell(value) for value in asdict(one).values()] for one in found.learners)
    return stream.getvalue()


def safe_cell(value: object) -> object:
    """Keep a spreadsheet from taking a text for a formula."""
    return (
        f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@")) else value
    )


PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>minitasks workshop</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 16px/1.5 system-ui, sans-serif; margin: 2rem; }}
table {{ border-collapse: collapse; margin-bottom: 2rem; }}
caption {{ text-align: left; font-weight: bold; }}
th, td {{ padding: .2rem .8rem; text-align: left; border-bottom: 1px solid #8888; }}
</style>
<h1>minitasks workshop</h1>
{tables}
</html>
"""


def as_html(found: Report) -> str:
    """Write a report as one self-contained page."""
    tables = [
        html_table("Learners", [asdict(one) for one in found.learners]),
        html_table("Exercises", [asdict(stall) for stall in found.exercises]),
    ]
    return PAGE.format(tables="\n".join(tables))


def html_table(caption: str, rows: list[dict[str, Any]]) -> str:
    """Write a table, with every text escaped."""
    head = "".join(
        f'<th scope="col">{html.escape(name.replace("_", " "))}</th>' for name in rows[0]
    )
    body = "\n".join(
        "<tr>" + "".join(f"<td>{html.escape(str(value))}</td>" for value in row.values()) + "</tr>"
        for row in rows
    )
    return (
        f"<table><caption>{caption}</caption>\n<thead><tr>{head}</tr></thead>\n"
        f"<tbody>\n{body}\n</tbody></table>"
    )
