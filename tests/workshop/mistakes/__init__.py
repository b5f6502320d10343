"""Mistakes: wrong solutions, each as a change to the right one, with the feedback that it must get.

EXERCISE.txt holds those of one exercise. A mistake begins with `=== name` and `feedback: words`;
each change follows as the lines to find, behind `--- instead of`, and the lines to put there,
behind `+++ write`. The lines are those of the solution without docstrings, comments and annotations
(`bare`), so that a change says nothing but what is wrong.
"""

import ast
import re
from dataclasses import dataclass
from pathlib import Path

from minitasks.workshop.catalog import Exercise, text_of
from minitasks.workshop.example import Shorter

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Mistake:
    """A wrong solution: what is wrong, what the learner must hear, the whole file."""

    name: str
    feedback: str
    source: str


def bare(source: str) -> str:
    return ast.unparse(ast.fix_missing_locations(Shorter().visit(ast.parse(source)))) + "\n"


def mistakes_of(exercise: Exercise) -> list[Mistake]:
    right = bare(text_of(exercise.solution))
    file = FOLDER / f"{exercise.name}.txt"
    parts = re.split(r"^=== ", text_of(file), flags=re.MULTILINE)[1:]
    return [made(part, right) for part in parts]


def made(part: str, right: str) -> Mistake:
    head, *changes = re.split(r"^--- instead of\n", part, flags=re.MULTILINE)
    name, feedback = re.fullmatch(r"(\w+)\nfeedback: (.*)\s*", head).groups()  # type: ignore[union-attr]
    for change in changes:
        old, _, new = change.partition("+++ write\n")
        assert right.count(old) == 1, f"{name}: not once in the solution:\n{old}"
        right = right.replace(old, new.rstrip("\n") + "\n" if new.strip() else "")
    return Mistake(name, feedback, right)
