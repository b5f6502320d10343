"""Grader of exercise 10: every task runs, no failure is lost, what must stop the run does."""

import threading
from types import ModuleType

import anyio
import anyio.lowlevel
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.anyio

lists_of_outcomes = st.lists(st.sampled_from(["works", "fails"]), max_size=4)


class Log:
    """Adds tasks that work or fail, and notes which have run."""

    def __init__(self, exercise: ModuleType) -> None:
        self.tasks = exercise.BackgroundTasks()
        self.ran: list[int] = []
        self.failures: list[Exception] = []
        self.running = 0
        self.limits: set[float] = set()
        self.overlapped = False

    def add(self, outcome: str, number: int) -> None:
        """Add an async task for even numbers, a sync one for odd."""
        # Of different classes, and some that look the same: each is a failure of its own.
        kind = (ConnectionError, ConnectionError, TimeoutError, ValueError, RuntimeError)[
            number % 5
        ]
        failure = kind("it failed")
        if outcome == "fails":
            self.failures.append(failure)

        def run_sync() -> None:
            self.ran.append(number)
            if outcome == "fails":
                raise failure

        async def run_async() -> None:
            self.running += 1
            self.limits.add(anyio.current_effective_deadline())
            await anyio.lowlevel.checkpoint()
            self.overlapped |= self.running > 1
            self.running -= 1
            run_sync()

        self.tasks.add_task(run_sync if number % 2 else run_async)

    async def run(self) -> BaseException | None:
        """Run the tasks and give what they raised."""
        try:
            await self.tasks()
        except Exception as raised:
            return raised
        return None


async def test_all_work(exercise: ModuleType) -> None:
    """When all tasks work, nothing is raised."""
    log = Log(exercise)
    for number in (0, 2, 4):
        log.add("works", number)

    raised = await log.run()

    assert not log.overlapped, "your tasks ran side by side, not one after another"
    assert log.limits == {float("inf")}, (
        "your run gave its tasks a time limit that nobody asked for"
    )
    assert log.ran == [0, 2, 4], f"tasks 0, 2, 4 were added, and your run called {log.ran}"
    assert raised is None, f"no task failed, but your run raised {raised!r}"


async def test_goes_on_after_a_failure(exercise: ModuleType) -> None:
    """A task behind one that failed still runs."""
    log = Log(exercise)
    log.add("fails", 0)
    log.add("works", 1)

    await log.run()

    assert log.ran == [0, 1], (
        f"tasks 0 and 1 were added, and task 0 failed: your run called {log.ran}"
    )


async def test_raises_a_group(exercise: ModuleType) -> None:
    """A failure is raised at the end, in an ExceptionGroup, even if it is the only one."""
    log = Log(exercise)
    log.add("fails", 0)
    log.add("works", 1)

    raised = await log.run()

    assert raised is not None, "a task failed, and your run raised nothing: nobody will know"
    assert isinstance(raised, ExceptionGroup), f"your run raised {raised!r}, not an ExceptionGroup"


@settings(max_examples=12, deadline=None)
@given(outcomes=lists_of_outcomes)
async def test_no_failure_is_lost(exercise: ModuleType, outcomes: list[str]) -> None:
    """Every task runs in order, and the group holds every failure, in order."""
    log = Log(exercise)
    for number, outcome in enumerate(outcomes):
        log.add(outcome, number)

    raised = await log.run()

    assert log.ran == list(range(len(outcomes))), f"the tasks {outcomes}: your run called {log.ran}"
    reported = list(raised.exceptions) if isinstance(raised, ExceptionGroup) else []
    assert reported == log.failures, (
        f"{len(log.failures)} of {len(outcomes)} tasks failed, but your run reported {reported}"
    )


async def test_cancel_ends_the_run(exercise: ModuleType) -> None:
    """A cancelled run ends: the cancellation is not collected, and no further task is called."""
    log = Log(exercise)

    async def cancel_the_run() -> None:
        scope.cancel()
        await anyio.lowlevel.checkpoint()

    log.add("fails", 0)
    log.tasks.add_task(cancel_the_run)
    log.add("works", 1)
    raised: BaseException | None = None
    with anyio.CancelScope() as scope:
        try:
            await log.tasks()
        except BaseExceptionGroup as group:
            raised = group

    assert log.ran == [0], "the run was cancelled, and yours went on with the next task"
    assert raised is None, (
        "the run was cancelled, but yours collected the cancellation as if a task had failed"
    )
    assert scope.cancelled_caught, "your run swallowed the cancellation: its caller can't end it"


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit])
async def test_stop_means_stop(exercise: ModuleType, stop: type[BaseException]) -> None:
    """KeyboardInterrupt and SystemExit end the run at once, ungrouped."""
    log = Log(exercise)
    problem = stop()

    async def stop_everything() -> None:
        raise problem

    log.tasks.add_task(stop_everything)
    log.add("works", 0)
    caught: BaseException | None = None
    try:
        await log.tasks()
    except BaseException as raised:
        caught = raised

    assert caught is problem, f"a task raised {problem!r}, but your run raised {caught!r}"
    assert not log.ran, f"a task raised {problem!r}, and your run went on with the next"


async def test_each_run_on_its_own(exercise: ModuleType) -> None:
    """A second run reports its own failures only."""
    log = Log(exercise)
    log.add("fails", 0)
    log.add("works", 1)

    await log.run()
    raised = await log.run()

    reported = len(raised.exceptions) if isinstance(raised, ExceptionGroup) else 0
    assert reported == 1, f"the second run had one failure, but yours reported {reported}"
    assert log.ran == [0, 1, 0, 1], f"tasks 0 and 1, run twice: your runs called {log.ran}"


async def test_each_task_is_run_as_before(exercise: ModuleType) -> None:
    """A sync task in a worker thread, with all of its arguments; an async one with its own."""
    seen: list[tuple[str, str, bool]] = []

    def write(name: str, *, subject: str = "") -> None:
        seen.append((name, subject, threading.get_ident() == loop_thread))

    async def send(name: str, *, subject: str = "") -> None:
        write(name, subject=subject)

    loop_thread = threading.get_ident()
    tasks = exercise.BackgroundTasks()
    tasks.add_task(write, "ada", subject="hello")
    tasks.add_task(send, "grace", subject="bye")
    await tasks()

    arguments = [each[:2] for each in seen]
    assert arguments == [("ada", "hello"), ("grace", "bye")], (
        f"your run called the tasks' functions with {arguments}"
    )
    assert [on_loop for *_, on_loop in seen] == [False, True], (
        "your run called a sync task's function on the event loop's thread: await the task itself"
    )


async def test_tasks_may_add_tasks(exercise: ModuleType) -> None:
    """A task that a running task adds runs in the same run, as before."""
    log = Log(exercise)

    async def add_one_more() -> None:
        log.add("works", 1)

    log.tasks.add_task(add_one_more)
    await log.run()

    assert log.ran == [1], "a task added by a running task was left out of the run"
