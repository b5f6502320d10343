"""Grader of exercise 5: each kind of function in its place, with its arguments, to its end."""

import functools
import threading
from types import ModuleType
from typing import Any

import anyio.lowlevel
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.anyio

values = st.integers() | st.text(max_size=3)
keywords = st.dictionaries(st.sampled_from(["to", "subject", "limiter", "kwargs"]), values)


class Calls:
    """Functions of every kind, each noting the thread that it runs in and what it was given."""

    def __init__(self) -> None:
        self.seen: list[tuple[int, tuple[Any, ...], dict[str, Any]]] = []
        self.done: list[str] = []
        self.kinds = {
            "async def": self.run_async,
            "partial of async def": functools.partial(self.run_async),
            "object with async __call__": AsyncCallable(self),
            "def": self.run_sync,
            "partial of def": functools.partial(self.run_sync),
            "object with __call__": SyncCallable(self),
        }

    async def run_async(self, *args: Any, **kwargs: Any) -> str:
        self.seen.append((threading.get_ident(), args, kwargs))
        await anyio.lowlevel.checkpoint()
        self.done.append("async")
        return "dropped"

    def run_sync(self, *args: Any, **kwargs: Any) -> str:
        self.seen.append((threading.get_ident(), args, kwargs))
        self.done.append("sync")
        return "dropped"


class AsyncCallable:
    def __init__(self, calls: Calls) -> None:
        self.calls = calls

    async def __call__(self, *args: Any, **kwargs: Any) -> None:
        await self.calls.run_async(*args, **kwargs)


class SyncCallable:
    def __init__(self, calls: Calls) -> None:
        self.calls = calls

    def __call__(self, *args: Any, **kwargs: Any) -> None:
        self.calls.run_sync(*args, **kwargs)


async def test_async_on_the_loop(exercise: ModuleType) -> None:
    """An async function runs on the event loop's thread, to its end."""
    calls = Calls()

    await exercise.BackgroundTask(calls.run_async)()

    assert calls.seen, "your task never ran the body of its async function: its coroutine is lost"
    assert calls.seen[0][0] == threading.get_ident(), (
        "your async function ran in another thread than the event loop's"
    )
    assert calls.done, "your task was over before its async function was"


async def test_sync_in_a_thread(exercise: ModuleType) -> None:
    """A sync function runs in a worker thread."""
    calls = Calls()
    reason = ""

    try:
        await exercise.BackgroundTask(calls.run_sync)()
    except TypeError as problem:
        # From awaiting what a sync function returned: the call itself was made, on which thread?
        reason = f": {problem}"

    assert calls.seen, f"your task never called its sync function{reason}"
    assert calls.seen[0][0] != threading.get_ident(), (
        "your sync function ran on the event loop's thread; while it ran, nothing else could"
    )


async def test_knows_its_kind(exercise: ModuleType) -> None:
    """A task knows from the start whether its function is async: task.is_async."""
    for kind, func in Calls().kinds.items():
        task = exercise.BackgroundTask(func)
        is_async = getattr(task, "is_async", "missing")
        assert is_async is ("async" in kind), f"for {kind}, task.is_async is {is_async!r}"


@settings(max_examples=20, deadline=None)
@given(
    kind=st.sampled_from(sorted(Calls().kinds)),
    args=st.lists(values, max_size=2),
    kwargs=keywords,
)
async def test_every_kind(
    exercise: ModuleType, kind: str, args: list[Any], kwargs: dict[str, Any]
) -> None:
    """Whatever the kind of function and its arguments: it is called once, and in its place."""
    calls = Calls()

    await exercise.BackgroundTask(calls.kinds[kind], *args, **kwargs)()

    assert len(calls.seen) == 1, f"your task ran the {kind} {len(calls.seen)} times"
    thread, got_args, got_kwargs = calls.seen[0]
    assert (list(got_args), got_kwargs) == (args, kwargs), (
        f"made with {args} and {kwargs}, your task called with {list(got_args)} and {got_kwargs}"
    )
    on_loop = thread == threading.get_ident()
    assert on_loop == ("async" in kind), (
        f"your task ran the {kind} {'on the event loop' if on_loop else 'in a worker thread'}"
    )


async def test_result_is_dropped(exercise: ModuleType) -> None:
    """Awaiting a task gives None: nobody is there for the result."""
    calls = Calls()
    for func in (calls.run_async, calls.run_sync):
        result = await exercise.BackgroundTask(func)()
        assert result is None, f"awaiting your task gave {result!r}; a result should be dropped"


@pytest.mark.parametrize("kind", ["async", "sync"])
async def test_lets_exceptions_through(exercise: ModuleType, kind: str) -> None:
    """What the function raises reaches whoever awaits the task, from either thread."""
    problem = ConnectionError("mail server is down")

    def send() -> None:
        raise problem

    async def send_async() -> None:
        raise problem

    caught: BaseException | None = None
    try:
        await exercise.BackgroundTask(send if kind == "sync" else send_async)()
    except ConnectionError as raised:
        caught = raised

    assert caught is problem, (
        f"the {kind} function raised, but awaiting your task raised {caught!r}"
    )


async def test_can_be_awaited_again(exercise: ModuleType) -> None:
    """A task can be awaited again, and calls the function again."""
    calls = Calls()
    for func in (calls.run_async, calls.run_sync):
        task = exercise.BackgroundTask(func)
        await task()
        await task()

    assert calls.done == ["async", "async", "sync", "sync"], (
        f"two tasks, each awaited twice, should make four calls, but made {len(calls.done)}"
    )
