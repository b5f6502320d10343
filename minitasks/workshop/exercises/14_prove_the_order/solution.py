"""Exercise 14, solved: a property that says all of what "in order" promises."""

from typing import Any

import anyio
import anyio.lowlevel
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

# Quick, and the same draws each time: the grader runs the property on many libraries.
QUICK = settings(
    max_examples=25, deadline=None, database=None, derandomize=True, phases=[Phase.generate]
)


class Failure(Exception):
    """Raised by the task that is to fail, and by nothing else."""


@QUICK
@given(
    # What may differ: how many tasks, of which kind, which of them fails, and who brings them.
    # Where `failing` is beyond the last task, none does.
    kinds=st.lists(st.sampled_from(["async", "sync"]), min_size=1, max_size=5),
    failing=st.integers(0, 4),
    given_first=st.integers(0, 2),
)
def prove_the_order(library: Any, kinds: list[str], failing: int, given_first: int) -> None:
    """Raise AssertionError where `library.BackgroundTasks` breaks a promise."""
    log: list[str] = []

    # Begin and end are noted apart, or tasks that overlap would look like tasks in order.
    def run_sync(number: int, *, fails: bool) -> None:
        log.append(f"begin {number}")
        if fails:
            raise Failure(number)
        log.append(f"end {number}")

    async def run_async(number: int, *, fails: bool) -> None:
        log.append(f"begin {number}")
        # A task that never waits can't be overtaken.
        for _ in range(3):
            await anyio.lowlevel.checkpoint()
        if fails:
            raise Failure(number)
        log.append(f"end {number}")

    # The same two functions throughout: a library must not take equal calls for one. One argument
    # is positional, the other by keyword, so that a lost one shows.
    functions = {"async": run_async, "sync": run_sync}
    calls = [(functions[kind], number) for number, kind in enumerate(kinds)]
    brought = [
        library.BackgroundTask(func, number, fails=number == failing)
        for func, number in calls[:given_first]
    ]
    tasks = library.BackgroundTasks(brought)
    for func, number in calls[given_first:]:
        tasks.add_task(func, number, fails=number == failing)
    assert log == [], "nothing runs before it is awaited"
    assert len(brought) == len(calls[:given_first]), "the caller's list is left alone"

    async def run_twice() -> None:
        for _ in range(2):
            log.clear()
            raised = None
            try:
                await tasks()
            except Failure as failure:
                raised = failure.args[0]
            assert log == expected(len(kinds), failing)
            assert raised == (failing if failing < len(kinds) else None)

    # From here on the caller's list must not matter, and a second run is like the first.
    brought.clear()
    anyio.run(run_twice)


def expected(number: int, failing: int) -> list[str]:
    """Write down the log of a run in which every promise is kept."""
    log = []
    for each in range(number):
        log.append(f"begin {each}")
        if each == failing:
            break
        log.append(f"end {each}")
    return log
