"""Grader of exercise 11: tasks that wait for each other, and a count of those inside."""

import threading
from types import ModuleType

import anyio
import anyio.lowlevel
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.anyio

# A safety net, never waited for by a right solution: seconds until a stuck wait is given up.
PATIENCE = 1.0


class Stop(BaseException):
    """What no `except Exception` catches, as SystemExit and KeyboardInterrupt are."""


class Crowd:
    """Counts the tasks that are inside at the same time."""

    def __init__(self) -> None:
        self.inside = 0
        self.most = 0
        self.limits: set[float] = set()
        self.done: list[int] = []
        self.sync_done: list[int] = []
        self.threads: set[int] = set()

    async def visit(self, number: int) -> None:
        self.inside += 1
        self.most = max(self.most, self.inside)
        self.limits.add(anyio.current_effective_deadline())
        # Long enough for every other task to come in, if it may.
        for _ in range(10):
            await anyio.lowlevel.checkpoint()
        self.inside -= 1
        self.done.append(number)

    def visit_sync(self, number: int = -1) -> None:
        self.threads.add(threading.get_ident())
        self.sync_done.append(number)


@settings(max_examples=10, deadline=None)
@given(number=st.integers(0, 6), limit=st.integers(1, 3))
async def test_every_task_runs(exercise: ModuleType, number: int, limit: int) -> None:
    """Every task has run, once, when the run is over."""
    crowd = Crowd()
    tasks = exercise.BackgroundTasks(limit=limit)
    for each in range(number):
        tasks.add_task(crowd.visit, each)

    await tasks()
    done = sorted(crowd.done)

    assert done == list(range(number)), (
        f"{number} tasks, limit {limit}: when your run was over, these were done: {done}"
    )
    assert crowd.limits <= {float("inf")}, "your run gave its tasks a time limit nobody asked for"


async def test_one_task_twice_is_two(exercise: ModuleType) -> None:
    """The same task given twice, and the same call added twice, each run twice."""
    crowd = Crowd()
    task = exercise.BackgroundTask(crowd.visit, 0)
    tasks = exercise.BackgroundTasks([task, task])
    tasks.add_task(crowd.visit, 1)
    tasks.add_task(crowd.visit, 1)

    await tasks()

    assert sorted(crowd.done) == [0, 0, 1, 1], (
        f"a task was given twice, a call added twice: these were done: {sorted(crowd.done)}"
    )


async def test_side_by_side(exercise: ModuleType) -> None:
    """Tasks run side by side: two that wait for each other both come to an end."""
    here, there = anyio.Event(), anyio.Event()

    async def call() -> None:
        here.set()
        await there.wait()

    async def answer() -> None:
        there.set()
        await here.wait()

    tasks = exercise.BackgroundTasks(limit=2)
    tasks.add_task(call)
    tasks.add_task(answer)
    with anyio.move_on_after(PATIENCE) as scope:
        await tasks()

    assert not scope.cancelled_caught, (
        "two tasks that wait for each other never ended: in your run, one waits for the other's end"
    )


@settings(max_examples=10, deadline=None)
@given(number=st.integers(1, 6), limit=st.integers(1, 3))
async def test_not_too_many(exercise: ModuleType, number: int, limit: int) -> None:
    """At most `limit` tasks are inside at the same time, and as many as may."""
    crowd = Crowd()
    tasks = exercise.BackgroundTasks(limit=limit)
    for each in range(number):
        tasks.add_task(crowd.visit, each)

    await tasks()

    assert crowd.most <= limit, f"limit {limit}, but your run had {crowd.most} tasks inside at once"
    assert crowd.most == min(number, limit), (
        f"{number} tasks, limit {limit}, but your run never had more than {crowd.most} inside"
    )


async def test_no_batches(exercise: ModuleType) -> None:
    """A place that becomes free is taken at once: nobody waits for a whole batch."""
    last_one_began = anyio.Event()

    async def quick() -> None:
        await anyio.lowlevel.checkpoint()

    async def slow() -> None:
        await last_one_began.wait()

    async def last_one() -> None:
        last_one_began.set()

    tasks = exercise.BackgroundTasks(limit=2)
    tasks.add_task(slow)
    tasks.add_task(quick)
    tasks.add_task(last_one)
    with anyio.move_on_after(PATIENCE) as scope:
        await tasks()

    assert not scope.cancelled_caught, (
        "a place was free, but your run kept the third task waiting until the slow one would end"
    )


async def test_given_tasks_and_sync_ones(exercise: ModuleType) -> None:
    """Tasks given at the start run too, and sync ones in their worker threads; twice, if asked."""
    crowd = Crowd()

    tasks = exercise.BackgroundTasks([exercise.BackgroundTask(crowd.visit_sync, 0)])
    tasks.add_task(crowd.visit_sync, number=1)
    await tasks()
    await tasks()

    assert sorted(crowd.sync_done) == [0, 0, 1, 1], (
        f"two sync tasks, awaited twice: your runs called {sorted(crowd.sync_done)}"
    )
    assert threading.get_ident() not in crowd.threads, (
        "your run called a sync task's function on the event loop's thread"
    )


async def test_the_second_run_is_like_the_first(exercise: ModuleType) -> None:
    """Awaited again, the same tasks run side by side again."""
    crowd = Crowd()
    tasks = exercise.BackgroundTasks(limit=3)
    for each in range(4):
        tasks.add_task(crowd.visit, each)

    at_once = []
    for _ in range(2):
        crowd.most = 0
        await tasks()
        at_once.append(crowd.most)

    assert at_once == [3, 3], (
        f"limit 3, awaited twice: {at_once[0]} tasks were inside at once in your first run, "
        f"{at_once[1]} in your second"
    )


async def test_two_at_once_unless_told(exercise: ModuleType) -> None:
    """Without a limit given, two tasks run at once."""
    crowd = Crowd()
    tasks = exercise.BackgroundTasks()
    for each in range(4):
        tasks.add_task(crowd.visit, each)

    await tasks()

    assert crowd.most == 2, f"no limit given, and your run had {crowd.most} inside at once, not 2"


async def test_each_has_its_own_limit(exercise: ModuleType) -> None:
    """Two BackgroundTasks with different limits, made before either runs, each keep their own."""
    crowds = Crowd(), Crowd()
    lists = exercise.BackgroundTasks(limit=1), exercise.BackgroundTasks(limit=3)
    for crowd, tasks in zip(crowds, lists, strict=True):
        for each in range(4):
            tasks.add_task(crowd.visit, each)

    for tasks in lists:
        await tasks()

    most = [crowd.most for crowd in crowds]
    assert most == [1, 3], (
        f"limits 1 and 3 in two lists, but your runs had {most[0]} and {most[1]} inside at once"
    )


async def test_a_failure_ends_the_rest(exercise: ModuleType) -> None:
    """A failure reaches the caller, in a group, and the other tasks are cancelled."""
    problem = ConnectionError("mail server is down")
    ends: list[str] = []
    failed: list[str] = []
    release = anyio.Event()

    async def fail() -> None:
        failed.append("fail")
        raise problem

    async def wait_for_ever() -> None:
        try:
            await release.wait()
        except BaseException:
            ends.append("cancelled")
            raise
        ends.append("released")

    async def run_out_of_patience() -> None:
        await anyio.sleep(PATIENCE)
        release.set()

    tasks = exercise.BackgroundTasks(limit=2)
    tasks.add_task(wait_for_ever)
    tasks.add_task(fail)
    caught: BaseException | None = None
    async with anyio.create_task_group() as group:
        group.start_soon(run_out_of_patience)
        try:
            await tasks()
        except Exception as raised:
            caught = raised
        group.cancel_scope.cancel()
    seen = list(ends)

    assert "released" not in seen, (
        "a task failed, and your run went on waiting for another, which was not cancelled"
    )
    assert isinstance(caught, ExceptionGroup), f"a task failed, and your run raised {caught!r}"
    assert caught.exceptions == (problem,), f"one task failed, but your group is {caught!r}"
    assert failed == ["fail"], f"a task failed, and your run called it {len(failed)} times"
    # On trio the failing task may be the first to run: then the other never begins.
    assert seen in ([], ["cancelled"]), f"the other task ended {len(seen)} times"


async def test_what_is_no_exception_goes_through_too(exercise: ModuleType) -> None:
    """What no `except Exception` catches, as SystemExit, reaches the caller as well."""
    stop = Stop("stop")

    async def fail() -> None:
        raise stop

    tasks = exercise.BackgroundTasks()
    tasks.add_task(fail)
    caught: BaseException | None = None
    try:
        await tasks()
    except BaseException as raised:
        caught = raised

    assert isinstance(caught, BaseExceptionGroup), f"a task raised {stop!r}, your run {caught!r}"
    assert caught.exceptions == (stop,), f"a task raised {stop!r}, but your group is {caught!r}"
