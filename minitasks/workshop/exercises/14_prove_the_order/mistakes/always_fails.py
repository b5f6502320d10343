# feedback: The property holds for minitasks, for Starlette
"""A property that fails for right libraries too proves nothing."""

from typing import Any

import anyio
import anyio.lowlevel
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

QUICK = settings(
    max_examples=25, deadline=None, database=None, derandomize=True, phases=[Phase.generate]
)


@QUICK
@given(number=st.integers(0, 5))
def prove_the_order(library: Any, number: int) -> None:
    log: list[Any] = []
    tasks = library.BackgroundTasks()
    for each in range(number):
        tasks.add_task(log.append, each)
    anyio.run(tasks)
    assert len(log) == 5
