"""Grader of exercise 14: the property holds for right libraries, and fails for each broken one.

The broken libraries are below, one promise broken in each; their docstrings say which.
"""

import contextlib
from collections.abc import Callable, Iterable
from types import ModuleType, SimpleNamespace
from typing import Any

import anyio
import starlette.background

import minitasks
from minitasks import BackgroundTask


class Tasks:
    """A right one, written another way; the broken ones change a step of it."""

    def __init__(self, tasks: Iterable[Any] | None = None) -> None:
        self.tasks = [*(tasks or ())]

    def add_task(self, func: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        self.tasks += [self.task(func, *args, **kwargs)]

    def task(self, func: Callable[..., Any], *args: Any, **kwargs: Any) -> BackgroundTask:
        return BackgroundTask(func, *args, **kwargs)

    async def __call__(self) -> None:
        position = 0
        while position < len(self.tasks):
            await self.tasks[position]()
            position += 1


class Reversed(Tasks):
    """runs the last task first"""

    async def __call__(self) -> None:
        for task in reversed(self.tasks):
            await task()


class SyncFirst(Tasks):
    """runs all sync tasks before the async ones"""

    async def __call__(self) -> None:
        for task in sorted(self.tasks, key=lambda task: task.is_async):
            await task()


class FirstTwoSwapped(Tasks):
    """swaps the first two tasks"""

    async def __call__(self) -> None:
        for task in [*self.tasks[1:2], *self.tasks[:1], *self.tasks[2:]]:
            await task()


class GivenOnesLast(Tasks):
    """runs the tasks that it was made with after the added ones"""

    def __init__(self, tasks: Iterable[Any] | None = None) -> None:
        super().__init__(tasks)
        self.added = 0

    def add_task(self, func: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        self.tasks.insert(self.added, self.task(func, *args, **kwargs))
        self.added += 1


class AllAtOnce(Tasks):
    """starts all tasks at once"""

    async def __call__(self) -> None:
        failures: list[Exception] = []

        async def run(task: Any) -> None:
            try:
                await task()
            except Exception as failure:
                failures.append(failure)

        async with anyio.create_task_group() as group:
            for task in self.tasks:
                group.start_soon(run, task)
        if failures:
            raise failures[0]


class Impatient(Tasks):
    """goes on to the next task while an async one still waits"""

    async def __call__(self) -> None:
        failures: list[Exception] = []

        async def run(task: Any) -> None:
            try:
                await task()
            except Exception as failure:
                failures.append(failure)

        async with anyio.create_task_group() as group:
            for task in self.tasks:
                if task.is_async:
                    group.start_soon(run, task)
                    await anyio.sleep(0)
                else:
                    await run(task)
                if failures:
                    break
        if failures:
            raise failures[0]


class LastForgotten(Tasks):
    """forgets the last task"""

    async def __call__(self) -> None:
        for task in self.tasks[:-1]:
            await task()


class AfterTheSecond(Tasks):
    """runs two tasks, and no more"""

    async def __call__(self) -> None:
        for task in self.tasks[:2]:
            await task()


class CalledWhenAdded(Tasks):
    """calls a sync function when it is added, and again in the run"""

    def add_task(self, func: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        super().add_task(func, *args, **kwargs)
        if not self.tasks[-1].is_async:
            with contextlib.suppress(Exception):
                func(*args, **kwargs)


class SyncTwice(Tasks):
    """runs sync tasks twice"""

    async def __call__(self) -> None:
        for task in self.tasks:
            await task()
            if not task.is_async:
                await task()


class SameFunctionOnce(Tasks):
    """runs a function once, however many times it was added"""

    async def __call__(self) -> None:
        seen: list[Any] = []
        for task in self.tasks:
            if task.func not in seen:
                await task()
            seen.append(task.func)


class GivenOnesIgnored(Tasks):
    """ignores the tasks that it was made with"""

    def __init__(self, tasks: Iterable[Any] | None = None) -> None:
        super().__init__()


class KeywordsLost(Tasks):
    """loses keyword arguments"""

    def task(self, func: Callable[..., Any], *args: Any, **kwargs: Any) -> BackgroundTask:
        return BackgroundTask(func, *args)


class LatestArguments(Tasks):
    """calls every added task with the latest one's arguments"""

    def task(self, func: Callable[..., Any], *args: Any, **kwargs: Any) -> BackgroundTask:
        task = BackgroundTask(func, *args, **kwargs)
        for other in self.tasks:
            other.args = args
        return task


class GoesOn(Tasks):
    """goes on after a failure, and raises it at the end"""

    async def __call__(self) -> None:
        failures = []
        for task in self.tasks:
            try:
                await task()
            except Exception as failure:
                failures.append(failure)
        if failures:
            raise failures[0]


class Silent(Tasks):
    """stops at a failure, and tells nobody"""

    async def __call__(self) -> None:
        with contextlib.suppress(Exception):
            await super().__call__()


class Wrapped(Tasks):
    """raises another exception than the task did"""

    async def __call__(self) -> None:
        try:
            await super().__call__()
        except Exception as failure:
            raise RuntimeError(*failure.args) from failure


class OnceMore(Tasks):
    """tries a failed task a second time"""

    async def __call__(self) -> None:
        for task in self.tasks:
            try:
                await task()
            except Exception:
                await task()


class Emptied(Tasks):
    """takes each task off its list, and has none for a second run"""

    async def __call__(self) -> None:
        while self.tasks:
            await self.tasks.pop(0)()


class AddsToCallersList(Tasks):
    """adds each task to the caller's list, too"""

    def __init__(self, tasks: Any = None) -> None:
        super().__init__(tasks)
        self.callers = [] if tasks is None else tasks

    def add_task(self, func: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        super().add_task(func, *args, **kwargs)
        self.callers.append(self.tasks[-1])


class LooksAtCallersList(Tasks):
    """runs what the caller's list holds by then, instead of a copy"""

    def __init__(self, tasks: Any = None) -> None:
        super().__init__()
        self.callers = [] if tasks is None else tasks

    async def __call__(self) -> None:
        for task in [*self.callers, *self.tasks]:
            await task()


def library(tasks: type[Any]) -> Any:
    """Make a library of a BackgroundTasks; its name tells nothing."""
    return SimpleNamespace(
        BackgroundTask=BackgroundTask,
        BackgroundTasks=tasks,
        run_in_threadpool=minitasks.run_in_threadpool,
    )


def holds(exercise: ModuleType, candidate: Any) -> bool:
    """Tell whether the learner's property holds for a library."""
    try:
        exercise.prove_the_order(candidate)
    except Exception:
        return False
    return True


def check_found(exercise: ModuleType, *broken: type[Tasks]) -> None:
    """Assert that the property fails for each of these libraries."""
    missed = [str(tasks.__doc__) for tasks in broken if holds(exercise, library(tasks))]
    assert not missed, (
        f"your property lets {len(missed)} of these {len(broken)} broken libraries pass: "
        f"one that {'; one that '.join(missed)}"
    )


def example_of(problem: BaseException) -> str:
    """Read from hypothesis's note what had been drawn."""
    _, *lines = "".join(getattr(problem, "__notes__", ())).splitlines()
    drawn = [line.strip(" ,") for line in lines[:-1] if not line.startswith("    library=")]
    return f" with {', '.join(drawn)}" if drawn else ""


def test_holds_for_right_ones(exercise: ModuleType) -> None:
    """The property holds for minitasks, for Starlette, and for a right one written another way."""
    rights = {
        "minitasks": minitasks,
        "Starlette": starlette.background,
        "a right rewrite": library(Tasks),
    }
    for name, right in rights.items():
        try:
            exercise.prove_the_order(right)
        except Exception as problem:
            words = f"your property fails for {name}: {problem!r}{example_of(problem)}"
            raise AssertionError(words) from problem


def test_finds_wrong_order(exercise: ModuleType) -> None:
    """It fails for libraries that run tasks in another order."""
    check_found(exercise, Reversed, FirstTwoSwapped, SyncFirst, GivenOnesLast)


def test_finds_lost_tasks(exercise: ModuleType) -> None:
    """It fails for libraries that leave a task out, or run one twice."""
    check_found(exercise, LastForgotten, AfterTheSecond, GivenOnesIgnored)
    check_found(exercise, SyncTwice, CalledWhenAdded)


def test_finds_lost_arguments(exercise: ModuleType) -> None:
    """It fails for libraries that mix up calls: their functions, their arguments."""
    check_found(exercise, SameFunctionOnce, KeywordsLost, LatestArguments)


def test_finds_overlap(exercise: ModuleType) -> None:
    """It fails for libraries that begin a task before the one before it is done."""
    check_found(exercise, AllAtOnce, Impatient)


def test_finds_wrong_failures(exercise: ModuleType) -> None:
    """It fails for libraries that do anything but stop and tell when a task fails."""
    check_found(exercise, GoesOn, Silent, Wrapped, OnceMore)


def test_finds_wrong_lists(exercise: ModuleType) -> None:
    """It fails for libraries that can't run twice, or share the caller's list."""
    check_found(exercise, Emptied, AddsToCallersList, LooksAtCallersList)
