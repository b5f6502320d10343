"""Grader of exercise 5: each kind of function in its place, with its arguments, to its end."""

import functools
import threading
from collections.abc import Generator
from contextvars import ContextVar
from types import ModuleType
from typing import Any

import anyio
import anyio.lowlevel
import anyio.to_thread
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.anyio

# Whoever catches some exceptions too many catches one of these.
KINDS = (
    *(AttributeError, ConnectionError, KeyError, RuntimeError),
    *(TimeoutError, TypeError, ValueError),
)

customer: ContextVar[str] = ContextVar("customer")

# A safety net, never waited for by a right solution: seconds until a stuck wait is given up.
PATIENCE = 1.0

values = st.none() | st.booleans() | st.integers() | st.text(max_size=3)
keywords = st.dictionaries(st.sampled_from(["to", "subject", "limiter", "kwargs"]), values)


class Stop(BaseException):
    """What no `except Exception` catches, as SystemExit and KeyboardInterrupt are."""


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


async def test_what_a_partial_holds_arrives_too(exercise: ModuleType) -> None:
    """A partial is called as it is, with the arguments that it holds already."""
    calls = Calls()
    for func in (calls.run_async, calls.run_sync):
        await exercise.BackgroundTask(functools.partial(func, "ada"), subject="hello")()

    got = [(args, kwargs) for _, args, kwargs in calls.seen]
    assert got == [(("ada",), {"subject": "hello"})] * 2, (
        f"partials that hold 'ada', with subject='hello': your task called with {got}"
    )


async def test_the_arguments_are_no_copies(exercise: ModuleType) -> None:
    """The function gets the same objects, not copies: what it changes, the caller sees."""
    basket: list[str] = []

    await exercise.BackgroundTask(
        lambda first, *, second: second.append("pen"), [], second=basket
    )()
    await exercise.BackgroundTask(lambda first: first.append("book"), basket)()

    assert basket == ["pen", "book"], (
        "the function changed the list that it was given, but the caller's list stayed as it was: "
        "your task handed on a copy"
    )


class Promise:
    """Could be awaited, and notes whether it was."""

    awaited = False

    def __await__(self) -> Generator[Any, None, None]:
        self.awaited = True
        yield from ()


async def test_result_is_dropped(exercise: ModuleType) -> None:
    """Awaiting a task gives None: nobody is there for the result."""
    calls = Calls()
    for func in (calls.run_async, calls.run_sync):
        result = await exercise.BackgroundTask(func)()
        assert result is None, f"awaiting your task gave {result!r}; a result should be dropped"
    promise = Promise()
    await exercise.BackgroundTask(lambda: promise)()
    assert not promise.awaited, "your task awaited what its sync function returned"


@pytest.mark.parametrize("kind", ["async", "sync"])
async def test_lets_exceptions_through(exercise: ModuleType, kind: str) -> None:
    """What the function raises reaches whoever awaits the task, from either thread."""
    for problem in (
        ConnectionError("mail server is down"),
        Stop("stop"),
        *(each("no") for each in KINDS),
    ):
        called: list[str] = []

        def send(problem: BaseException = problem, called: list[str] = called) -> None:
            called.append("send")
            raise problem

        async def send_async(problem: BaseException = problem, called: list[str] = called) -> None:
            called.append("send")
            raise problem

        caught: BaseException | None = None
        try:
            await exercise.BackgroundTask(send if kind == "sync" else send_async)()
        except BaseException as raised:
            caught = raised

        assert caught is problem, (
            f"the {kind} function raised {problem!r}, but awaiting your task raised {caught!r}"
        )
        assert called == ["send"], (
            f"the {kind} function raised, and your task called it {len(called)} times"
        )


async def test_the_thread_has_what_it_needs(exercise: ModuleType) -> None:
    """A sync function sees the caller's context variables, and holds one token."""
    limiter = anyio.to_thread.current_default_thread_limiter()
    seen: list[tuple[str, float]] = []

    def send() -> None:
        seen.append((customer.get("nobody"), limiter.borrowed_tokens))
        customer.set("grace")

    customer.set("ada")
    await exercise.BackgroundTask(send)()

    who, tokens = seen[0]
    assert who == "ada", (
        f"the caller's context variable is 'ada', but your sync function saw {who!r} in its thread"
    )
    assert tokens == 1, (
        f"your sync function held {tokens} tokens of the default capacity limiter, not 1"
    )
    assert customer.get() == "ada", (
        f"the function changed its copy, but your caller's variable is now {customer.get()!r}"
    )


async def test_two_tasks_are_two(exercise: ModuleType) -> None:
    """Each task keeps its own function, kind and arguments, however many are made before."""
    calls = Calls()
    first = exercise.BackgroundTask(calls.run_async, "ada", subject="hello")
    second = exercise.BackgroundTask(calls.run_sync, "grace")

    try:
        await first()
        await second()
    except TypeError as problem:
        pytest.fail(f"a sync task was made before the async one ran, and that failed: {problem}")

    got = [(args, kwargs) for _, args, kwargs in calls.seen]
    assert calls.done == ["async", "sync"], (
        f"an async and a sync task were made before either ran; yours ran {calls.done}"
    )
    assert got == [(("ada",), {"subject": "hello"}), (("grace",), {})], (
        f"two tasks were made before either ran; yours called with {got}: they share what they keep"
    )


async def test_a_cancellation_goes_through(exercise: ModuleType) -> None:
    """A task that is cancelled while its async function waits ends by that."""
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
    calls = Calls()
    for func in (calls.run_async, calls.run_sync):
        task = exercise.BackgroundTask(func, "ada", subject="hello")
        await task()
        await task()

    wrong = [got[1:] for got in calls.seen if got[1:] != (("ada",), {"subject": "hello"})]
    assert not wrong, f"awaited twice, one of your task's calls got {wrong[0]}"
    assert calls.done == ["async", "async", "sync", "sync"], (
        f"two tasks, each awaited twice, should make four calls, but made {len(calls.done)}"
    )
    on_loop = [thread == threading.get_ident() for thread, *_ in calls.seen]
    assert on_loop == [True, True, False, False], (
        "awaited twice, your task ran its function once on the event loop, once in a worker thread"
    )


async def test_a_cancel_waits_for_the_thread(exercise: ModuleType) -> None:
    """A task that is cancelled while its sync function runs waits until that is done."""
    started, go_on = threading.Event(), threading.Event()
    done: list[str] = []

    def save() -> None:
        started.set()
        go_on.wait(PATIENCE)
        done.append("saved")

    async def cancel_it() -> None:
        with anyio.move_on_after(PATIENCE):
            while not started.is_set():
                await anyio.lowlevel.checkpoint()
        scope.cancel()
        for _ in range(5):
            await anyio.lowlevel.cancel_shielded_checkpoint()
        go_on.set()

    async with anyio.create_task_group() as group:
        group.start_soon(cancel_it)
        with anyio.CancelScope() as scope:
            await exercise.BackgroundTask(save)()
        seen = list(done)

    assert seen == ["saved"], "your task was cancelled, and left its thread at work"
