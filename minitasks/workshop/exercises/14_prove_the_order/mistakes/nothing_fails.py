# feedback: one that goes on after a failure, and raises it at the end
"""No drawn task ever fails: what happens then is not looked at."""

from typing import Any

import anyio
import anyio.lowlevel
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

QUICK = settings(
    max_examples=25, deadline=None, database=None, derandomize=True, phases=[Phase.generate]
)


@QUICK
@given(kinds=st.lists(st.sampled_from(["async", "sync"]), max_size=5), first=st.integers(0, 2))
def prove_the_order(library: Any, kinds: list[str], first: int) -> None:
    log: list[Any] = []

    async def run_async(number: int, *, again: int) -> None:
        log.append(f"begin {number}")
        for _ in range(3):
            await anyio.lowlevel.checkpoint()
        log.append(f"end {again}")

    def run_sync(number: int, *, again: int) -> None:
        log.append(f"begin {number}")
        log.append(f"end {again}")

    functions = {"async": run_async, "sync": run_sync}
    calls = [(functions[kind], number) for number, kind in enumerate(kinds)]
    brought = [library.BackgroundTask(func, number, again=number) for func, number in calls[:first]]
    tasks = library.BackgroundTasks(brought)
    for func, number in calls[first:]:
        tasks.add_task(func, number, again=number)
    anyio.run(tasks)
    numbers = range(len(kinds))
    assert log == [f"{what} {number}" for number in numbers for what in ("begin", "end")]
