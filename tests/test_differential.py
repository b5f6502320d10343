"""The same program on Starlette and on an implementation of ours must do the same.

Hypothesis writes the programs: it queues tasks of every shape, nests and copies lists of them, and
runs what is queued, any number of times. Tasks may fail, add more tasks, or cancel their own run.
After each run, events, threads and exceptions are compared.
"""

import functools
import types
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import anyio
import anyio.from_thread
import anyio.lowlevel
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from minitasks.scenarios.library import Library
from tests.conftest import Run
from tests.implementations import STARLETTE
from tests.journal import Journal

FAILURES = [ValueError, StopIteration, KeyboardInterrupt, SystemExit]
TAKEN = {"self": 1, "func": 2}  # add_task itself takes these keywords; a partial carries them
SHAPES: dict[str, Callable[[Any], Callable[..., Any]]] = {
    "function": lambda work: work,
    "partial": lambda work: functools.partial(functools.partial(work, 1), **TAKEN),
    "object": lambda work: type("Object", (), {"__call__": staticmethod(work)})(),
    "method": lambda work: types.MethodType(work, "self"),
}


@dataclass(frozen=True)
class Step:
    """What one task does, between two entries in the journal that hold its name."""

    name: int
    shape: str
    is_async: bool
    ending: str
    failure: type[BaseException]
    args: list[int]
    kwargs: dict[str, int]


steps = st.builds(
    Step,
    name=st.integers(0, 9),
    shape=st.sampled_from(list(SHAPES)),
    is_async=st.booleans(),
    ending=st.sampled_from(["return", "return", "return", "add", "raise", "cancel"]),
    failure=st.sampled_from(FAILURES),
    args=st.lists(st.integers(0, 9), max_size=2),
    kwargs=st.dictionaries(st.sampled_from(["to", "args", "limiter"]), st.integers(0, 9)),
)


class Side:
    def __init__(self, library: Library) -> None:
        self.library = library
        self.journal = Journal()
        self.tasks = library.BackgroundTasks()
        self.scope: anyio.CancelScope  # that of the run going on

    def add(self, step: Step) -> None:
        self.tasks.add_task(self.build(step), *step.args, **step.kwargs)

    def nest(self, inner: list[Step], at_once: bool) -> None:
        """Queue a list of tasks as one task: made from tasks, or filled by add_task in another."""
        if at_once:
            made = [self.library.BackgroundTask(self.build(step), *step.args) for step in inner]
            self.tasks.tasks.append(self.library.BackgroundTasks(made))
        else:
            nested = self.library.BackgroundTasks()
            for step in inner:
                nested.add_task(self.build(step), *step.args, **step.kwargs)
            self.tasks.add_task(self.library.BackgroundTasks([nested]))

    def copy(self, go_on_with_copy: bool) -> None:
        copied = self.library.BackgroundTasks(self.tasks.tasks)
        copied.add_task(self.journal.write, "added to the copy")
        if go_on_with_copy:
            self.tasks = copied

    def run(self, run_in_loop: Run) -> list[Any]:
        """Run what is queued; tell all that can be told of it."""
        outcome: list[Any] = []

        async def main() -> None:
            with anyio.CancelScope() as self.scope:
                try:
                    await self.tasks()
                except anyio.get_cancelled_exc_class():
                    outcome.append("cancelled")
                    raise
                except BaseException as failure:
                    outcome.append((type(failure), failure.args, type(failure.__cause__)))
            outcome.append(self.scope.cancelled_caught)

        run_in_loop(main)
        return [outcome, self.journal.entries, [type(task).__name__ for task in self.tasks.tasks]]

    def build(self, step: Step) -> Callable[..., Any]:
        def work(*args: Any, **kwargs: Any) -> None:
            self.journal.write(("begin", step.name, args, kwargs))
            if step.ending == "cancel":
                anyio.from_thread.run_sync(self.scope.cancel)
            self.finish(step)

        async def work_async(*args: Any, **kwargs: Any) -> None:
            self.journal.write(("begin", step.name, args, kwargs))
            if step.ending == "cancel":
                self.scope.cancel()
            await anyio.lowlevel.checkpoint()
            self.finish(step)

        return SHAPES[step.shape](work_async if step.is_async else work)

    def finish(self, step: Step) -> None:
        if step.ending == "raise":
            raise step.failure("on purpose", step.name)
        if step.ending == "add":
            self.tasks.add_task(self.journal.write, ("added by", step.name))
        self.journal.write(("end", step.name))


class Comparison(RuleBasedStateMachine):
    """One program on two implementations, run once more at its end."""

    def __init__(self, rebuilt: Library, run_in_loop: Run) -> None:
        super().__init__()
        self.sides = [Side(STARLETTE), Side(rebuilt)]
        self.run_in_loop = run_in_loop

    @rule(step=steps)
    def add(self, step: Step) -> None:
        for side in self.sides:
            side.add(step)

    @rule(inner=st.lists(steps, max_size=3), at_once=st.booleans())
    def nest(self, inner: list[Step], at_once: bool) -> None:
        for side in self.sides:
            side.nest(inner, at_once)

    @rule(go_on_with_copy=st.booleans())
    def copy(self, go_on_with_copy: bool) -> None:
        for side in self.sides:
            side.copy(go_on_with_copy)

    @rule()
    def run(self) -> None:
        theirs, ours = (side.run(self.run_in_loop) for side in self.sides)
        assert ours == theirs

    def teardown(self) -> None:
        self.run()


def test_any_program_does_the_same_as_on_the_original(rebuilt: Library, run_in_loop: Run) -> None:
    """Same events in the same order, on the same threads, and the same exceptions."""
    machine: Any = functools.partial(Comparison, rebuilt, run_in_loop)
    run_state_machine_as_test(machine, settings=settings(max_examples=60, stateful_step_count=8))
