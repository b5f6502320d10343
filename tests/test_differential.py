"""The same program on Starlette and on an implementation of ours must do the same.

Hypothesis writes the programs: it queues tasks of every shape, nests and copies lists of them, and
runs what is queued, any number of times. Tasks may fail, add more tasks, or cancel their own run.
After each run, events, threads and exceptions are compared.
"""

import functools
import types
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import anyio
import anyio.from_thread
import anyio.lowlevel
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from minitasks.scenarios.library import Library
from tests.implementations import STARLETTE
from tests.journal import Journal

Shape = Literal["function", "partial", "object", "method"]
Ending = Literal["return", "raise", "add", "cancel"]


@dataclass(frozen=True)
class Step:
    """What one task does.

    Attributes:
        name: What it writes into the journal.
        shape: What kind of callable it is.
        is_async: Whether that callable is async.
        ending: How it ends, between its two entries in the journal.
        failure: What it raises, if it ends so.
        args: Its positional arguments.
        kwargs: Its keyword arguments.
    """

    name: int
    shape: Shape
    is_async: bool
    ending: Ending
    failure: type[BaseException]
    args: list[int]
    kwargs: dict[str, int]


FAILURES = [ValueError, StopIteration, KeyboardInterrupt, SystemExit]
steps = st.builds(
    Step,
    name=st.integers(0, 9),
    shape=st.sampled_from(["function", "partial", "object", "method"]),
    is_async=st.booleans(),
    ending=st.sampled_from(["return", "return", "return", "add", "raise", "cancel"]),
    failure=st.sampled_from(FAILURES),
    args=st.lists(st.integers(0, 9), max_size=2),
    kwargs=st.dictionaries(st.sampled_from(["to", "args", "limiter"]), st.integers(0, 9)),
)


class Side:
    """A program's run on one implementation: its tasks, its journal."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.journal = Journal()
        self.tasks = library.BackgroundTasks()
        self.scope: anyio.CancelScope  # that of the run going on

    def add(self, step: Step) -> None:
        """Queue what `step` tells."""
        self.tasks.add_task(self.build(step), *step.args, **step.kwargs)

    def nest(self, inner: list[Step], at_once: bool) -> None:
        """Queue a list of tasks as one task: made from tasks, or filled by add_task."""
        if at_once:
            made = [self.library.BackgroundTask(self.build(step), *step.args) for step in inner]
            self.tasks.tasks.append(self.library.BackgroundTasks(made))
        else:
            nested = self.library.BackgroundTasks()
            for step in inner:
                nested.add_task(self.build(step), *step.args, **step.kwargs)
            self.tasks.add_task(nested)

    def copy(self, go_on_with_copy: bool) -> None:
        """Make new tasks of those at hand, add one to these, and go on with either."""
        copied = self.library.BackgroundTasks(self.tasks.tasks)
        copied.add_task(self.journal.write, "added to the copy")
        if go_on_with_copy:
            self.tasks = copied

    def run(self, backend: str) -> list[Any]:
        """Run what is queued; tell all that can be told of it."""
        outcome: list[Any] = []

        async def run() -> None:
            with anyio.CancelScope() as self.scope:
                try:
                    await self.tasks()
                except anyio.get_cancelled_exc_class():
                    outcome.append("cancelled")
                    raise
                except BaseException as failure:
                    outcome.append((type(failure), failure.args, type(failure.__cause__)))
            outcome.append(self.scope.cancelled_caught)

        anyio.run(run, backend=backend)
        return [outcome, self.journal.entries, [type(task).__name__ for task in self.tasks.tasks]]

    def build(self, step: Step) -> Callable[..., Any]:
        """Build the callable that does `step`, in its shape."""
        work = self.build_async(step) if step.is_async else self.build_sync(step)
        if step.shape == "partial":
            return functools.partial(functools.partial(work, 1), two=2)
        if step.shape == "object":
            return type("Object", (), {"__call__": staticmethod(work)})()  # type: ignore[no-any-return]
        if step.shape == "method":
            return types.MethodType(work, "self")
        return work

    def build_sync(self, step: Step) -> Callable[..., Any]:
        """Build a sync function that does `step`."""

        def work(*args: Any, **kwargs: Any) -> None:
            self.journal.write(("begin", step.name, args, kwargs))
            if step.ending == "cancel":
                anyio.from_thread.run_sync(self.scope.cancel)
            self.finish(step)
            self.journal.write(("end", step.name))

        return work

    def build_async(self, step: Step) -> Callable[..., Any]:
        """Build an async function that does `step`."""

        async def work(*args: Any, **kwargs: Any) -> None:
            self.journal.write(("begin", step.name, args, kwargs))
            if step.ending == "cancel":
                self.scope.cancel()
            await anyio.lowlevel.checkpoint()
            self.finish(step)
            self.journal.write(("end", step.name))

        return work

    def finish(self, step: Step) -> None:
        """Raise, or add a task to the list that is running, if `step` says so."""
        if step.ending == "raise":
            raise step.failure("on purpose", step.name)
        if step.ending == "add":
            self.tasks.add_task(self.journal.write, ("added by", step.name))


class Comparison(RuleBasedStateMachine):
    """One program on two implementations."""

    def __init__(self, rebuilt: Library, backend: str) -> None:
        super().__init__()
        self.starlette = Side(STARLETTE)
        self.ours = Side(rebuilt)
        self.backend = backend

    @rule(step=steps)
    def add(self, step: Step) -> None:
        """Queue a task."""
        self.starlette.add(step)
        self.ours.add(step)

    @rule(inner=st.lists(steps, max_size=3), at_once=st.booleans())
    def nest(self, inner: list[Step], at_once: bool) -> None:
        """Queue a list of tasks as one task."""
        self.starlette.nest(inner, at_once)
        self.ours.nest(inner, at_once)

    @rule(go_on_with_copy=st.booleans())
    def copy(self, go_on_with_copy: bool) -> None:
        """Make new tasks of those at hand."""
        self.starlette.copy(go_on_with_copy)
        self.ours.copy(go_on_with_copy)

    @rule()
    def run(self) -> None:
        """Run what is queued, and compare."""
        assert self.ours.run(self.backend) == self.starlette.run(self.backend)

    def teardown(self) -> None:
        """Run every program at its end."""
        self.run()


def test_any_program_does_the_same_as_on_starlette(rebuilt: Library, anyio_backend: str) -> None:
    """Same events in the same order, on the same threads, and the same exceptions."""

    class Asked(Comparison):
        def __init__(self) -> None:
            super().__init__(rebuilt, anyio_backend)

    run_state_machine_as_test(Asked, settings=settings(max_examples=60, stateful_step_count=8))
