"""Grader of exercise 1: what is kept, then what happens when the task is awaited."""

import threading
from types import ModuleType
from typing import Any

import anyio.lowlevel
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.anyio

few = settings(max_examples=15, deadline=None)
values = st.integers() | st.text(max_size=3)
keywords = st.dictionaries(st.sampled_from(["to", "subject", "args", "kwargs", "tasks"]), values)


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
async def test_hands_on_the_arguments(
    exercise: ModuleType, args: list[Any], kwargs: dict[str, Any]
) -> None:
    """The function gets the very arguments that the task was made with."""
    got: list[tuple[Any, Any]] = []

    async def send(*args: Any, **kwargs: Any) -> None:
        got.append((list(args), kwargs))

    await exercise.BackgroundTask(send, *args, **kwargs)()

    assert got == [(args, kwargs)], f"made with {args} and {kwargs}, your task called with {got}"


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
    """What the function raises reaches whoever awaits the task."""
    problem = ValueError("no such address")

    async def send() -> None:
        raise problem

    caught: BaseException | None = None
    try:
        await exercise.BackgroundTask(send)()
    except ValueError as raised:
        caught = raised

    assert caught is problem, (
        f"the function raised {problem!r}, but your task raised {caught!r}"
        if caught
        else "the function raised an exception, and your task swallowed it"
    )


async def test_can_be_awaited_again(exercise: ModuleType) -> None:
    """A task can be awaited again, and calls the function again."""
    called: list[str] = []

    async def send() -> None:
        called.append("send")

    task = exercise.BackgroundTask(send)
    await task()
    try:
        await task()
    except RuntimeError as problem:
        pytest.fail(f"the second await failed: {problem}. Make a new coroutine for each call")

    assert called == ["send", "send"], f"awaited twice, your task called {len(called)} time(s)"
