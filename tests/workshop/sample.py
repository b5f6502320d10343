"""A small exercise, as an author would write it: `double` and `double_later`."""

from pathlib import Path

from minitasks.workshop.catalog import Exercise

README = """# Double it

Give twice a number, now and later.

See it: `minitasks run sync-task --with exercise.py`.
"""

STUB = '''"""The stub."""


def double(number):
    pass


async def double_later(number):
    pass
'''

SOLUTION = """import anyio


def double(number):
    return number * 2


async def double_later(number):
    await anyio.sleep(0)
    return double(number)
"""

GRADER = '''import threading

import pytest
from hypothesis import given, strategies as st

pytestmark = pytest.mark.anyio

numbers = st.integers(0, 1000)


def twice(number):
    """Not a test."""
    return number + number


def test_two(exercise):
    """Twice two is four."""
    seen = exercise.double(2)
    assert seen == 4, f"twice two is 4, but your double gave {seen}"


async def test_later(exercise):
    """Later gives the same."""
    seen = await exercise.double_later(2)
    assert seen == 4, f"later, twice two is still 4, but your double_later gave {seen}"


@given(number=numbers)
async def test_any(exercise, number):
    """It holds for every number."""
    seen = await exercise.double_later(number)
    assert seen == twice(number), f"twice {number} is {twice(number)}, but yours gave {seen}"
'''

HINTS = """# Hints

## A nudge

Think of a sum.

## The concept

`number * 2`

## Nearly the code

`return number ...`
"""


def make_exercise(root: Path, folder: str = "01_double") -> Exercise:
    exercise = Exercise(root / folder)
    exercise.folder.mkdir(parents=True)
    for file, text in {
        exercise.readme: README,
        exercise.stub: STUB,
        exercise.grader: GRADER,
        exercise.solution: SOLUTION,
        exercise.folder / "hints.md": HINTS,
    }.items():
        file.write_text(text, encoding="utf-8")
    return exercise
