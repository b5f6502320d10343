"""Grader of exercise 9: a mailer that notes what is really sent, when, to whom, and where."""

import functools
import gc
import inspect
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import anyio
import anyio.lowlevel
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minitasks import BackgroundTasks, run_in_threadpool

pytestmark = pytest.mark.anyio


class Mailer:
    """Sends nothing, but notes what it would have sent, and on which thread."""

    def __init__(self, failing: str = "") -> None:
        self.failing = failing
        self.problem = ConnectionError("mail server is down")
        self.sent: list[tuple[str, str]] = []
        self.threads: list[int] = []
        self.limits: list[float] = []

    async def send(self, to: str, subject: str) -> None:
        self.threads.append(threading.get_ident())
        self.limits.append(anyio.current_effective_deadline())
        await anyio.lowlevel.checkpoint()
        if to == self.failing:
            raise self.problem
        self.sent.append((to, subject))


@contextmanager
def quiet() -> Iterator[None]:
    """Keep Python's own warning about lost coroutines out of the output: the claims say it."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "coroutine .* was never awaited", RuntimeWarning)
        yield


def add_tasks(
    exercise: ModuleType, tasks: BackgroundTasks, mailer: Mailer, people: list[str]
) -> None:
    """Let the learner's code add its tasks; minitasks refuses what is no function."""
    try:
        exercise.remind_all(tasks, mailer, people)
    except TypeError as problem:
        pytest.fail(f"your remind_all could not add its task: {problem}")


async def run_all(tasks: BackgroundTasks) -> None:
    """Run the tasks as the server would; trio refuses a lost coroutine with a TypeError."""
    with quiet():
        try:
            await tasks()
        except TypeError as problem:
            pytest.fail(f"a task returned a coroutine that nobody awaited: {problem}")


async def test_mail_is_sent(exercise: ModuleType) -> None:
    """Running the tasks really sends the mail."""
    tasks = BackgroundTasks()
    mailer = Mailer()

    add_tasks(exercise, tasks, mailer, ["ada"])
    assert tasks.tasks, "your remind_all added no task"
    await run_all(tasks)

    assert mailer.threads, (
        "your task ran, but send never did: a coroutine was made in a thread, and nobody awaited it"
    )
    assert mailer.sent == [("ada", "ada, your book is due")], f"your task sent {mailer.sent}"
    assert mailer.limits == [float("inf")], "your task gave send a time limit that nobody asked for"


async def test_remind_itself_sends(exercise: ModuleType) -> None:
    """`remind` is mended, too: whoever calls it has the mail sent."""
    mailer = Mailer()
    remind = getattr(exercise, "remind", None)
    if remind is None:
        return  # there is another way to do without it
    with quiet():
        is_async = inspect.iscoroutinefunction(remind)
        run: Any = remind if is_async else functools.partial(run_in_threadpool, remind)
        result = await run(mailer, "ada")
        if inspect.isawaitable(result):
            await result

    assert mailer.sent, (
        "your tasks may do without it, but your remind still sends nothing: it makes a coroutine, "
        "and nobody awaits it"
    )


async def test_adding_sends_nothing(exercise: ModuleType) -> None:
    """remind_all only adds tasks: nothing is sent while the customer waits."""
    tasks = BackgroundTasks()
    mailer = Mailer()

    add_tasks(exercise, tasks, mailer, ["ada", "grace"])
    for _ in range(5):
        await anyio.lowlevel.checkpoint()

    assert not mailer.threads, "your remind_all began to send before the tasks ran"
    assert len(tasks.tasks) == 2, f"for two people your remind_all added {len(tasks.tasks)} task(s)"


async def test_tasks_that_never_run_lose_nothing(exercise: ModuleType) -> None:
    """A response that fails never runs its tasks: then no coroutine is left behind unawaited."""
    tasks = BackgroundTasks()
    add_tasks(exercise, tasks, Mailer(), ["ada"])

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        del tasks
        gc.collect()

    lost = [str(each.message) for each in caught if "never awaited" in str(each.message)]
    assert not lost, (
        f"the tasks never ran, and Python said: {lost[0]}. Your remind_all called the function "
        "when it added the task"
    )


async def test_on_the_event_loop(exercise: ModuleType) -> None:
    """send runs on the event loop's thread, where the mailer's connection lives."""
    tasks = BackgroundTasks()
    mailer = Mailer()

    add_tasks(exercise, tasks, mailer, ["ada"])
    await run_all(tasks)

    assert mailer.threads == [threading.get_ident()], (
        "your task ran send on another event loop, in a thread of its own"
    )


@settings(max_examples=10, deadline=None)
@given(people=st.lists(st.sampled_from(["ada", "grace", "alan"]), max_size=3, unique=True))
async def test_everybody_once(exercise: ModuleType, people: list[str]) -> None:
    """Everybody gets one mail of their own, in order."""
    tasks = BackgroundTasks()
    mailer = Mailer()

    add_tasks(exercise, tasks, mailer, people)
    await run_all(tasks)

    assert mailer.sent == [(person, f"{person}, your book is due") for person in people], (
        f"mail was due to {', '.join(people) or 'nobody'}, "
        f"but your tasks sent to {', '.join(to for to, _ in mailer.sent) or 'nobody'}"
    )


async def test_only_adds(exercise: ModuleType) -> None:
    """Other tasks stay, and the list of people is the caller's: it may change before the run."""
    tasks = BackgroundTasks()
    mailer = Mailer()
    people = ["ada", "grace"]
    tasks.add_task(mailer.send, "alan", "your card is ready")

    add_tasks(exercise, tasks, mailer, people)
    people[:] = ["nobody", "nobody"]
    await run_all(tasks)

    assert mailer.sent[:1] == [("alan", "your card is ready")], (
        "a task was there before, and when your remind_all had added its own, it was not run first"
    )
    assert [to for to, _ in mailer.sent[1:]] == ["ada", "grace"], (
        "the list of people was changed after remind_all, and your tasks sent to "
        f"{', '.join(to for to, _ in mailer.sent[1:]) or 'nobody'}"
    )


async def test_a_cancellation_goes_through(exercise: ModuleType) -> None:
    """Whoever cancels while a mail is sent ends the sending."""
    tasks = BackgroundTasks()
    went_on: list[str] = []

    class Cancelling(Mailer):
        async def send(self, to: str, subject: str) -> None:
            scope.cancel()
            await anyio.lowlevel.checkpoint()
            went_on.append(to)

    add_tasks(exercise, tasks, Cancelling(), ["ada"])
    with anyio.CancelScope() as scope:
        await run_all(tasks)

    assert scope.cancelled_caught, (
        "the run was cancelled while send was awaited, and your task kept the cancellation away"
    )
    assert not went_on, "the run was cancelled, and in your task send went on"


async def test_a_failure_is_heard(exercise: ModuleType) -> None:
    """When the mail server fails, the run fails: nobody believes that the mail was sent."""
    tasks = BackgroundTasks()
    mailer = Mailer(failing="grace")

    add_tasks(exercise, tasks, mailer, ["ada", "grace", "alan"])
    caught: BaseException | None = None
    try:
        await tasks()
    except Exception as raised:
        caught = raised

    assert isinstance(caught, ConnectionError), (
        f"the mailer raised ConnectionError, but the run of your tasks raised {caught!r}"
    )
    assert caught is mailer.problem, (
        "the run of your tasks raised an exception like the mailer's, but another one: let the "
        "mailer's own through"
    )
    assert len(mailer.threads) == 2, (
        f"the second mail failed, and your tasks called the mailer {len(mailer.threads)} times"
    )
