# feedback: one that goes on to the next task while an async one still waits
"""One note for each task: tasks that overlap look like tasks in order."""

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
        assert number == again
        log.append(number)

    def run_sync(number: int, *, again: int) -> None:
        assert number == again
        log.append(number)

    functions = {"async": run_async, "sync": run_sync}
    calls = [(functions[kind], number) for number, kind in enumerate(kinds)]
    brought = [library.BackgroundTask(func, number, again=number) for func, number in calls[:first]]
    tasks = library.BackgroundTasks(brought)
    for func, number in calls[first:]:
        tasks.add_task(func, number, again=number)
    anyio.run(tasks)
    assert log == list(range(len(kinds)))
