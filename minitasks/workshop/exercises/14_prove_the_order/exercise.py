"""Exercise 14: say what "in order" means, so that hypothesis can look for a breach."""

from typing import Any

import anyio
import anyio.lowlevel
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

# Quick, and the same draws each time: the grader runs the property on many libraries.
QUICK = settings(
    max_examples=25, deadline=None, database=None, derandomize=True, phases=[Phase.generate]
)


async def note(log: list[str], number: int) -> None:
    """Note that it begins and, when others had their chance to run, that it ends."""
    log.append(f"begin {number}")
    await anyio.lowlevel.checkpoint()
    log.append(f"end {number}")


def two_in_order(library: Any) -> None:
    """One case, as a plain test says it. The property below says it for many cases."""
    log: list[str] = []
    tasks = library.BackgroundTasks()
    tasks.add_task(note, log, 0)
    tasks.add_task(note, log, 1)

    anyio.run(tasks)

    assert log == ["begin 0", "end 0", "begin 1", "end 1"]


@QUICK
@given(number=st.integers(0, 2))
def prove_the_order(library: Any, number: int) -> None:
    """Raise AssertionError where `library.BackgroundTasks` breaks a promise.

    It is half built: it draws how many tasks there are. Draw what else may differ.

    Args:
        library: Something with BackgroundTask and BackgroundTasks, right or wrong.
        number: How many tasks there are.
    """
    log: list[str] = []
    tasks = library.BackgroundTasks()
    for each in range(number):
        tasks.add_task(note, log, each)

    anyio.run(tasks)

    assert log == [f"{word} {each}" for each in range(number) for word in ("begin", "end")]
