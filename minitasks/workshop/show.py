"""Show: what the commands put on a terminal, as rich text that reads the same without colour."""

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

from rich.console import Console, Group, RenderableType
from rich.markdown import Markdown
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from minitasks.workshop.catalog import TWO_HOURS, Exercise
from minitasks.workshop.journal import Progress
from minitasks.workshop.verdict import Verdict


def console(plain: bool = False) -> Console:
    """Make a console: colour on a terminal only, none with NO_COLOR or for a screen reader."""
    colours: Literal["auto"] | None = None if plain else "auto"
    return Console(highlight=False, emoji=False, markup=False, color_system=colours)


def near(file: Path) -> Path:
    """Give a path as seen from the current folder, where that is shorter."""
    try:
        relative = Path(os.path.relpath(file))
    except ValueError:  # another drive of a Windows machine
        return file
    return relative if len(str(relative)) < len(str(file)) else file


def verdict_of(verdict: Verdict, brief: bool = False) -> Group:
    """Show a verdict; if brief, without what does not fit on a screen of 24 lines."""
    return Group(*(pass_of(verdict) if verdict.passed else failure_of(verdict, brief)))


def pass_of(verdict: Verdict) -> Iterator[RenderableType]:
    held, seconds = len(verdict.claims), verdict.seconds
    yield Text(f"passed: all {held} claims hold ({seconds:.2f} s)", "bold green")
    if name := verdict.delegates:
        yield Text(f"It works, but delegates: it takes {name}. Write that yourself.", "yellow")


def failure_of(verdict: Verdict, brief: bool) -> Iterator[RenderableType]:
    """Show what a file lacks: the claim, what was seen, where, and how to see it again."""
    outcomes = [claim.outcome for claim in verdict.claims]
    held = f"{outcomes.count('passed')} of {len(outcomes)} claims hold, "
    was_run = set(outcomes) - {"not run"}
    yield Text(f"not yet ({held if was_run else ''}{verdict.seconds:.2f} s)", "bold red")
    if verdict.claim:
        yield Text(f"claim: {verdict.claim}")
    is_cut = brief and len(verdict.seen) > 400
    seen = f"{verdict.seen[:400]} ..." if is_cut else verdict.seen
    yield Text(f"seen:  {seen}", "bold")
    if place := verdict.place:
        note = f" ({place.note})" if place.note else ""
        yield Text(f"{near(Path(place.file))}, line {place.line}{note}", "cyan")
        yield one_line(place.source)
    if verdict.example:
        yield Text("a program that fails like this:")
        yield code(verdict.example)
    if verdict.printed:
        yield Text("your code printed, at the end:")
        yield from map(one_line, verdict.printed.splitlines()[-3 if brief else 0 :])


def one_line(text: str) -> Text:
    return Text(f"    {text}", overflow="ellipsis", no_wrap=True)


def overview(exercises: Iterable[Exercise], progress: dict[str, Progress], at: str) -> Group:
    table = Table(box=None, pad_edge=False, show_header=False)
    for exercise in exercises:
        table.add_row(
            ">" if exercise.name == at else " ",
            f"{exercise.number:2}",
            Text(exercise.name, "bold" if exercise.name == at else ""),
            exercise.title,
            state_of(progress.get(exercise.name, Progress())),
        )
    return Group(table, Text(f"1 to {TWO_HOURS} take two hours, all of them a day"))


ENDING = """\
Every exercise has passed: you have rebuilt it, and know what add_task does.
Draw yours at work, compare it with the original, look at your own application:

    minitasks run register-product --with 06_background_tasks/exercise.py
    minitasks workshop diff --starlette background_tasks
    minitasks run shop.main:app
"""


def state_of(progress: Progress) -> Text:
    if progress.passed:
        return Text("passed", "green")
    tries = f"{progress.tries} {'try' if progress.tries == 1 else 'tries'}"
    return Text(tries if progress.tries else "", "yellow")


def hints_of(exercise: Exercise, number: int) -> Group:
    """Show one hint, counted from 1."""
    title, body = exercise.hints[number - 1]
    heading = Text(f"hint {number} of {len(exercise.hints)}: {title}", "bold")
    return Group(heading, Markdown(body, code_theme="ansi_dark"))


def markdown(text: str) -> Markdown:
    """Show a README; what a browser would fold away is left out."""
    shown = re.sub(r"<details>.*?</details>", "", text, flags=re.DOTALL)
    return Markdown(shown, code_theme="ansi_dark")


def checked(exercise: Exercise, verdict: Verdict, traceback: bool) -> Group:
    """Show a verdict under its exercise's name, if wanted with the whole traceback."""
    name = Text(f"{exercise.number} {exercise.name}", "bold")
    behind = [Text(verdict.traceback)] if traceback and verdict.traceback else []
    return Group(name, verdict_of(verdict), *behind)


def code(text: str) -> Syntax:
    return Syntax(text, "python", theme="ansi_dark", background_color="default", word_wrap=True)


def difference(lines: str) -> Syntax:
    return Syntax(lines, "diff", theme="ansi_dark", background_color="default")
