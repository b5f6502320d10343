"""Grader of exercise 6: order, the first failure, whose list it is, and a list as a task."""

import threading
from collections.abc import Callable
from contextlib import suppress
from types import ModuleType
from typing import Any

import anyio
import anyio.lowlevel
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.anyio

# Whoever catches some exceptions too many catches one of these.
KINDS = (
    *(AttributeError, ConnectionError, KeyError, RuntimeError),
    *(TimeoutError, TypeError, ValueError),
)

lists_of_kinds = st.lists(st.sampled_from(["async", "sync"]), max_size=5)


class Stop(BaseException):
    """What no `except Exception` catches, as SystemExit and KeyboardInterrupt are."""


class Log:
    """Makes async and sync functions that note when they begin and end, and on which thread."""

    def __init__(self) -> None:
        self.events: list[str] = []
        self.loop_thread = threading.get_ident()
        self.misplaced: list[str] = []

    def function(self, kind: str, name: object, fails: bool = False) -> Callable[[], Any]:
        """Make a function that notes `begin name` and `end name`, or fails in between."""

        def check_thread() -> None:
            if (threading.get_ident() == self.loop_thread) != (kind == "async"):
                self.misplaced.append(f"{kind} task {name}")

        def run_sync() -> None:
            check_thread()
            self.events.append(f"begin {name}")
            if fails:
                raise ConnectionError(f"task {name} failed")
            self.events.append(f"end {name}")

        async def run_async() -> None:
            check_thread()
            self.events.append(f"begin {name}")
            # Long enough for another task to come in between, if it could.
            for _ in range(3):
                await anyio.lowlevel.checkpoint()
            if fails:
                raise ConnectionError(f"task {name} failed")
            self.events.append(f"end {name}")

        return run_async if kind == "async" else run_sync


def full_run(numbers: range) -> list[str]:
    """What the log shows after these tasks have run one after another."""
    return [event for number in numbers for event in (f"begin {number}", f"end {number}")]


async def test_lists_are_not_shared(exercise: ModuleType) -> None:
    """Every BackgroundTasks() begins empty."""
    log = Log()

    exercise.BackgroundTasks().add_task(log.function("sync", 0))
    assert not log.events, "add_task called the function; it should only keep it"
    await exercise.BackgroundTasks()()

    assert not log.events, "a task added to one BackgroundTasks() ran in another: they share a list"


async def test_add_task_keeps_the_call(exercise: ModuleType) -> None:
    """add_task keeps the call for later, and makes none."""
    got: list[tuple[Any, Any]] = []

    async def send(*args: Any, **kwargs: Any) -> None:
        got.append((args, kwargs))

    tasks = exercise.BackgroundTasks()
    tasks.add_task(send, "ada", subject="hello")
    assert not got, "add_task called the function; it should only keep it"
    assert len(getattr(tasks, "tasks", ())) == 1, (
        f"after one add_task there should be one task in self.tasks, but it is {tasks.tasks!r}"
    )

    await tasks()

    assert got, "your tasks were awaited, but the added function was never called"
    assert got == [(("ada",), {"subject": "hello"})], (
        f"added with 'ada' and subject='hello', but your task called with {got}"
    )


@settings(max_examples=12, deadline=None)
@given(kinds=lists_of_kinds)
async def test_one_after_another(exercise: ModuleType, kinds: list[str]) -> None:
    """Tasks run in the order added, each one done before the next begins."""
    log = Log()
    tasks = exercise.BackgroundTasks()
    for number, kind in enumerate(kinds):
        tasks.add_task(log.function(kind, number))

    await tasks()
    seen = list(log.events)

    assert seen == full_run(range(len(kinds))), (
        f"{' then '.join(kinds) or 'no task'}: your tasks went {', '.join(seen) or 'nowhere'}"
    )
    assert not log.misplaced, f"not in its place, loop or thread: {', '.join(log.misplaced)}"


@settings(max_examples=10, deadline=None)
@given(kinds=lists_of_kinds.filter(len), position=st.integers(0, 4))
async def test_first_failure_stops(exercise: ModuleType, kinds: list[str], position: int) -> None:
    """The first exception ends the run and reaches the caller; the tasks behind it never run."""
    failing = position % len(kinds)
    log = Log()
    tasks = exercise.BackgroundTasks()
    for number, kind in enumerate(kinds):
        tasks.add_task(log.function(kind, number, fails=number >= failing))

    caught: BaseException | None = None
    try:
        await tasks()
    except BaseException as raised:
        caught = raised

    assert isinstance(caught, ConnectionError), (
        f"task {failing} of {len(kinds)} raised ConnectionError, but your tasks raised {caught!r}"
    )
    assert log.events == [*full_run(range(failing)), f"begin {failing}"], (
        f"task {failing} failed, and still your tasks went {', '.join(log.events)}"
    )


async def test_starts_with_given_tasks(exercise: ModuleType) -> None:
    """BackgroundTasks([first, second]) begins with these tasks."""
    log = Log()
    first = exercise.BackgroundTask(log.function("sync", 0))
    second = exercise.BackgroundTask(log.function("async", 1))

    tasks = exercise.BackgroundTasks([first, second])
    tasks.add_task(log.function("sync", 2))
    await tasks()

    assert log.events == full_run(range(3)), (
        f"two tasks given, one added: your tasks went {', '.join(log.events) or 'nowhere'}"
    )


async def test_the_list_is_its_own(exercise: ModuleType) -> None:
    """The given list is copied: adding here does not change it, changing it does nothing here."""
    log = Log()
    given_list = [exercise.BackgroundTask(log.function("sync", 0))]

    tasks = exercise.BackgroundTasks(given_list)
    tasks.add_task(log.function("sync", 1))
    assert len(given_list) == 1, "your add_task also added to the list that the caller passed in"
    given_list.clear()
    await tasks()

    assert log.events == full_run(range(2)), "the caller emptied its own list, and yours was empty"


@pytest.mark.parametrize("kind", ["async", "sync"])
async def test_what_ends_the_run_is_not_changed(exercise: ModuleType, kind: str) -> None:
    """An exception of whatever class arrives as the same object; no task follows or is retried."""
    for problem in (TypeError("no"), Stop("the server stops"), *(each("no") for each in KINDS)):
        called: list[str] = []

        def fail(problem: BaseException = problem, called: list[str] = called) -> None:
            called.append("fail")
            raise problem

        async def fail_async(fail: Callable[[], None] = fail) -> None:
            fail()

        tasks = exercise.BackgroundTasks()
        tasks.add_task(fail if kind == "sync" else fail_async)
        tasks.add_task(called.append, "the next one")
        caught: BaseException | None = None
        try:
            await tasks()
        except BaseException as raised:
            caught = raised

        assert caught is problem, f"a task raised {problem!r}, but your tasks raised {caught!r}"
        assert called == ["fail"], f"a task failed, and your run called {', '.join(called)}"


async def test_a_cancellation_ends_the_run(exercise: ModuleType) -> None:
    """A run that is cancelled ends by that, and no task follows."""
    called: list[str] = []
    limits: list[float] = []

    async def send() -> None:
        limits.append(anyio.current_effective_deadline())
        scope.cancel()
        await anyio.lowlevel.checkpoint()

    async def next_one() -> None:
        called.append("the next one")

    tasks = exercise.BackgroundTasks()
    tasks.add_task(send)
    tasks.add_task(next_one)
    with anyio.CancelScope() as scope:
        await tasks()

    assert scope.cancelled_caught, (
        "your run was cancelled, and returned as if all were well: it swallowed the cancellation"
    )
    assert not called, "your run was cancelled, and went on with the next task"
    assert limits == [float("inf")], "your run gave its tasks a time limit that nobody asked for"


async def test_one_task_twice_is_two(exercise: ModuleType) -> None:
    """The same call added twice runs twice; a task in two lists runs in both."""
    called: list[str] = []

    async def send(to: str) -> None:
        called.append(to)

    task = exercise.BackgroundTask(send, "ada")
    tasks = exercise.BackgroundTasks([task, task])
    tasks.add_task(send, "ada")
    tasks.add_task(send, "ada")
    await tasks()
    await exercise.BackgroundTasks([task])()

    assert called == ["ada"] * 5, (
        f"the same call was added four times, and once elsewhere: {called}"
    )


async def test_can_be_awaited_again(exercise: ModuleType) -> None:
    """The tasks can be awaited again, and all run again."""
    log = Log()
    tasks = exercise.BackgroundTasks()
    tasks.add_task(log.function("sync", 0))

    await tasks()
    await tasks()

    assert log.events == full_run(range(1)) * 2, (
        "awaited a second time, your tasks did not run again"
    )


async def test_a_failure_takes_nothing_away(exercise: ModuleType) -> None:
    """After a run that failed the tasks are the same: another run begins with the first."""
    log = Log()
    tasks = exercise.BackgroundTasks()
    tasks.add_task(log.function("sync", 0))
    tasks.add_task(log.function("async", 1, fails=True))
    tasks.add_task(log.function("sync", 2))

    for _ in range(2):
        with suppress(ConnectionError):
            await tasks()

    one_run = [*full_run(range(1)), "begin 1"]
    assert log.events == one_run * 2, (
        f"task 1 failed; in the second run your tasks went "
        f"{', '.join(log.events[len(one_run) :]) or 'nowhere'}"
    )
    assert len(tasks.tasks) == 3, f"after two runs your list has {len(tasks.tasks)} tasks, not 3"


async def test_is_a_task_itself(exercise: ModuleType) -> None:
    """A BackgroundTasks is a task: it can be added to another, and runs in its turn."""
    log = Log()
    inner = exercise.BackgroundTasks()
    inner.add_task(log.function("sync", 1))
    inner.add_task(log.function("async", 2))
    assert isinstance(inner, exercise.BackgroundTask), "your BackgroundTasks is no BackgroundTask"

    outer = exercise.BackgroundTasks()
    outer.add_task(log.function("async", 0))
    outer.add_task(inner)
    outer.add_task(log.function("sync", 3))
    await outer()

    assert log.events == full_run(range(4)), f"nested, your tasks went {', '.join(log.events)}"


async def test_tasks_may_add_tasks(exercise: ModuleType) -> None:
    """A task that adds another to the running list has it run in the same run."""
    log = Log()
    tasks = exercise.BackgroundTasks()

    async def add_one_more() -> None:
        tasks.add_task(log.function("async", 0))

    tasks.add_task(add_one_more)
    await tasks()

    assert log.events == full_run(range(1)), (
        "a task added by a running task was left out of the run"
    )
