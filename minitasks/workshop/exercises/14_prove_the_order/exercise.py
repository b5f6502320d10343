"""Exercise 14: say what "in order" means, so that hypothesis can look for a breach."""

from typing import Any

import anyio
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

# Quick, and the same draws each time: the grader runs the property on many libraries.
QUICK = settings(
    max_examples=25, deadline=None, database=None, derandomize=True, phases=[Phase.generate]
)


@QUICK
@given(number=st.integers(0, 1))
def prove_the_order(library: Any, number: int) -> None:
    """Raise AssertionError where `library.BackgroundTasks` breaks a promise.

    Args:
        library: Something with BackgroundTask and BackgroundTasks, right or wrong.
        number: How many tasks there are. Draw more than that: what else may differ?
    """
    log: list[int] = []

    tasks = library.BackgroundTasks()
    for each in range(number):
        tasks.add_task(log.append, each)
    anyio.run(tasks)

    assert log == list(range(number))
