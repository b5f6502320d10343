"""Grader of exercise 1: what is kept, then what happens when the task is awaited."""

import threading
from contextlib import suppress
from types import ModuleType
from typing import Any

import anyio
import anyio.lowlevel
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.anyio

# Whoever catches some exceptions too many catches one of these.
KINDS = (
    *(AttributeError, ConnectionError, KeyError, RuntimeError),
    *(TimeoutError, TypeError, ValueError),
)


class Stop(BaseException):
    """What no `except Exception` catches, as SystemExit and KeyboardInterrupt are."""


few = settings(max_examples=15, deadline=None)
values = st.none() | st.booleans() | st.integers() | st.text(max_size=3)
names = st.sampled_from(["to", "subject", "name", "args", "kwargs", "tasks"])
keywords = st.dictionaries(names, values)


async def test_keeps_the_call(exercise: ModuleType) -> None:
    """A task keeps the function and its arguments, as func, args and kwargs."""

    async def send(*args: object, **kwargs: object) -> None: ...

    task = exercise.BackgroundTask(send, "ada", subject="hello")

    missing = [name for name in ("func", "args", "kwargs") if not hasattr(task, name)]
    assert not missing, f"your task has no attribute {', '.join(missing)}: set it in __init__"
    assert task.func is send, f"task.func should be the function itself, but is {task.func!r}"
    assert task.args == ("ada",), f"task.args should be ('ada',), but is {task.args!r}"
    assert task.kwargs == {"subject": "hello"}, (
        f"task.kwargs should be {{'subject': 'hello'}}, but is {task.kwargs!r}"
    )


async def test_making_calls_nothing(exercise: ModuleType) -> None:
    """Making a task calls nothing yet."""
    called: list[str] = []

    async def send() -> None:
        called.append("send")

    exercise.BackgroundTask(send)
    for _ in range(3):
        await anyio.lowlevel.checkpoint()

    assert not called, "your task called the function before anybody awaited the task"


async def test_awaiting_calls(exercise: ModuleType) -> None:
    """Awaiting the task calls the function, and waits until it is done."""
    events: list[str] = []

    async def send() -> None:
        events.append("called")
        await anyio.lowlevel.checkpoint()
        events.append("done")

    await exercise.BackgroundTask(send)()
    seen = list(events)

    assert seen, "the task was awaited, but your task never ran the function: its coroutine is lost"
    assert seen == ["called", "done"], "your task was over before the function was done"


@few
@given(args=st.lists(values, max_size=3), kwargs=keywords)
@example(args=[1, 2, 3], kwargs={})
@example(args=[None], kwargs={"to": None})
async def test_hands_on_the_arguments(
    exercise: ModuleType, args: list[Any], kwargs: dict[str, Any]
) -> None:
    """The function gets the very arguments that the task was made with."""
    got: list[tuple[Any, Any]] = []

    async def send(*args: Any, **kwargs: Any) -> None:
        got.append((list(args), kwargs))

    await exercise.BackgroundTask(send, *args, **kwargs)()

    assert got == [(args, kwargs)], f"made with {args} and {kwargs}, your task called with {got}"


async def test_the_arguments_are_no_copies(exercise: ModuleType) -> None:
    """The function gets the same objects, not copies: what it changes, the caller sees."""
    basket: list[str] = []

    async def fill(first: list[str], *, second: list[str]) -> None:
        first.append("book")
        second.append("pen")

    await exercise.BackgroundTask(fill, basket, second=basket)()

    assert basket == ["book", "pen"], (
        "the function changed the list that it was given, but the caller's list stayed as it was: "
        "your task handed on a copy"
    )


async def test_two_tasks_are_two(exercise: ModuleType) -> None:
    """Each task keeps its own call, however many are made before they run."""
    got: list[str] = []

    async def send(to: str, *, subject: str = "none") -> None:
        got.append(f"{to}: {subject}")

    async def call(to: str) -> None:
        got.append(f"call {to}")

    first = exercise.BackgroundTask(send, "ada", subject="hello")
    second = exercise.BackgroundTask(call, "grace")
    await first()
    await second()

    assert got == ["ada: hello", "call grace"], (
        f"two tasks were made before either ran; yours called {got}: they share what they keep"
    )


async def test_runs_on_the_event_loop(exercise: ModuleType) -> None:
    """An async function runs on the event loop's thread."""
    threads: list[int] = []

    async def send() -> None:
        threads.append(threading.get_ident())

    await exercise.BackgroundTask(send)()

    assert threads == [threading.get_ident()], (
        "your async function ran in another thread than the event loop's"
    )


async def test_lets_exceptions_through(exercise: ModuleType) -> None:
    """What the function raises, of whatever class, reaches whoever awaits the task."""
    for problem in (
        ValueError("no such address"),
        Stop("the server stops"),
        *(kind("no") for kind in KINDS),
    ):
        called: list[str] = []

        async def send(problem: BaseException = problem, called: list[str] = called) -> None:
            called.append("send")
            raise problem

        caught: BaseException | None = None
        try:
            await exercise.BackgroundTask(send)()
        except BaseException as raised:
            caught = raised

        assert caught is problem, (
            f"the function raised {problem!r}, but your task raised {caught!r}"
            if caught
            else f"the function raised {problem!r}, an exception, and your task swallowed it"
        )
        assert called == ["send"], (
            f"the function raised an exception, and your task called it {len(called)} times"
        )


async def test_a_cancellation_goes_through(exercise: ModuleType) -> None:
    """A task that is cancelled while its function waits ends by that, and calls nothing again."""
    called: list[str] = []
    limits: list[float] = []

    async def send() -> None:
        called.append("send")
        limits.append(anyio.current_effective_deadline())
        scope.cancel()
        await anyio.lowlevel.checkpoint()
        called.append("sent")

    with anyio.CancelScope() as scope:
        await exercise.BackgroundTask(send)()

    assert scope.cancelled_caught, (
        "your task was cancelled, and returned as if all were well: it swallowed the cancellation"
    )
    assert called == ["send"], f"cancelled while it sent, your task did {', '.join(called)}"
    assert limits == [float("inf")], (
        "your task gave the function a time limit that nobody asked for"
    )


async def test_can_be_awaited_again(exercise: ModuleType) -> None:
    """A task can be awaited again, and calls the function again."""
    called: list[tuple[Any, Any]] = []

    async def send(*args: Any, **kwargs: Any) -> None:
        called.append((args, dict(kwargs)))
        kwargs.clear()

    task = exercise.BackgroundTask(send, "ada", subject="hello")
    await task()
    try:
        await task()
    except RuntimeError as problem:
        pytest.fail(f"the second await failed: {problem}. Make a new coroutine for each call")

    assert len(called) == 2, f"awaited twice, your task called {len(called)} time(s)"
    assert called[0] == called[1], (
        f"the first call got {called[0]}, but the second one got {called[1]}"
    )


async def test_a_failure_leaves_nothing_behind(exercise: ModuleType) -> None:
    """A task whose function failed can be awaited again, and calls the function again."""
    answers = iter([ConnectionError("down"), None])
    called: list[str] = []

    async def send(to: str) -> None:
        called.append(to)
        if problem := next(answers):
            raise problem

    task = exercise.BackgroundTask(send, "ada")
    with suppress(ConnectionError):
        await task()
    await task()

    assert called == ["ada", "ada"], (
        f"the first call failed; awaited again, your task called {len(called) - 1} time(s)"
    )
