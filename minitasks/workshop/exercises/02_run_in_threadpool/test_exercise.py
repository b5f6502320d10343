"""Grader of exercise 2: where the function runs, what goes along, what comes back."""

import threading
from collections.abc import Generator
from contextlib import suppress
from contextvars import ContextVar
from types import ModuleType
from typing import Any

import anyio
import anyio.from_thread
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

few = settings(max_examples=10, deadline=None)
# A safety net, never waited for by a right solution: seconds until a stuck wait is given up.
PATIENCE = 1.0

customer: ContextVar[str] = ContextVar("customer")


async def until(event: threading.Event) -> None:
    """Leave the event loop running until a thread sets the event."""
    with anyio.move_on_after(PATIENCE):
        while not event.is_set():
            await anyio.lowlevel.checkpoint()


async def test_runs_in_a_worker_thread(exercise: ModuleType) -> None:
    """The function runs in a worker thread of anyio's, and the event loop goes on meanwhile."""
    loop_thread = threading.get_ident()
    limiter = anyio.to_thread.current_default_thread_limiter()
    started, signal = threading.Event(), threading.Event()
    threads: list[int] = []
    heard: list[bool] = []
    tokens: list[float] = []

    def wait_for_the_loop() -> None:
        threads.append(threading.get_ident())
        tokens.append(limiter.borrowed_tokens)
        started.set()
        heard.append(threading.get_ident() != loop_thread and signal.wait(PATIENCE))

    async with anyio.create_task_group() as group:
        group.start_soon(exercise.run_in_threadpool, wait_for_the_loop)
        await until(started)
        signal.set()
    heard_in_time = list(heard)

    assert threads, "your call never ran the function"
    assert len(threads) == 1, f"your call ran the function {len(threads)} times"
    assert threads[0] != loop_thread, (
        "your sync function ran on the event loop's thread; while it ran, nothing else could"
    )
    assert heard_in_time, "your call returned before the function was done"
    assert heard_in_time == [True], (
        "your function ran in a thread, but the event loop stood still and waited for it"
    )
    assert tokens == [1], (
        "your thread took no token of the default capacity limiter, which all of them share"
    )


@few
@given(value=st.none() | st.integers() | st.lists(st.text(max_size=2), max_size=2))
async def test_returns_the_result(exercise: ModuleType, value: Any) -> None:
    """The function's result is returned."""

    def answer(question: object) -> object:
        return question

    result = await exercise.run_in_threadpool(answer, value)

    assert result is value, f"the function returned {value!r}, but your call returned {result!r}"


async def test_each_call_is_a_call(exercise: ModuleType) -> None:
    """All arguments arrive in their order, and a second call like the first is made as well."""
    called: list[tuple[str, ...]] = []

    def save(*names: str) -> int:
        called.append(names)
        return len(called)

    results = [await exercise.run_in_threadpool(save, "book", "pen", "pen") for _ in range(2)]

    assert called == [("book", "pen", "pen")] * 2, (
        f"called twice with 'book', 'pen', 'pen', and the function saw {called}"
    )
    assert results == [1, 2], f"the function returned 1, then 2, but your calls gave {results}"


class Promise:
    """Could be awaited, and notes whether it was."""

    awaited = False

    def __await__(self) -> Generator[Any, None, None]:
        self.awaited = True
        yield from ()


async def test_the_result_is_not_looked_into(exercise: ModuleType) -> None:
    """A result that could be awaited is returned as it is."""
    promise = Promise()

    result = await exercise.run_in_threadpool(lambda: promise)

    assert not promise.awaited, "your call awaited what the function returned"
    assert result is promise, f"the function returned a promise, but your call returned {result!r}"


async def test_raises_what_the_function_raises(exercise: ModuleType) -> None:
    """An exception raised in the thread reaches the caller, unchanged."""
    problems = ConnectionError("database is down"), SystemExit(3), KeyboardInterrupt()
    for problem in (*problems, *(kind("no") for kind in KINDS)):
        called: list[str] = []

        def save(problem: BaseException = problem, called: list[str] = called) -> None:
            called.append("save")
            raise problem

        caught: BaseException | None = None
        try:
            await exercise.run_in_threadpool(save)
        except BaseException as raised:
            caught = raised

        assert caught is problem, (
            f"the function raised {problem!r}, but your call raised {caught!r}"
        )
        assert called == ["save"], (
            f"the function raised an exception, and your call made it {len(called)} times"
        )


async def test_context_travels_in(exercise: ModuleType) -> None:
    """The function sees the caller's context variables."""
    customer.set("ada")

    seen = await exercise.run_in_threadpool(customer.get, "nobody")

    assert seen == "ada", (
        f"the caller's context variable is 'ada', but your function saw {seen!r} in its thread"
    )


async def test_context_does_not_travel_back(exercise: ModuleType) -> None:
    """What the function does to context variables stays in its thread: it works on a copy."""
    customer.set("ada")

    await exercise.run_in_threadpool(customer.set, "grace")

    assert customer.get() == "ada", (
        f"the function changed its copy, but your caller's variable is now {customer.get()!r}"
    )


async def test_a_cancel_waits_for_the_thread(exercise: ModuleType) -> None:
    """A cancelled caller waits until the function is done: a thread can't be stopped."""
    started, go_on = threading.Event(), threading.Event()
    done: list[str] = []

    def save() -> None:
        started.set()
        go_on.wait(PATIENCE)
        done.append("saved")

    async def let_it_go_on() -> None:
        await until(started)
        group.cancel_scope.cancel()
        # The cancelled caller gets its chance to leave too soon before the function may end.
        for _ in range(5):
            await anyio.lowlevel.cancel_shielded_checkpoint()
        go_on.set()

    async with anyio.create_task_group() as group:
        group.start_soon(let_it_go_on)
        try:
            await exercise.run_in_threadpool(save)
        finally:
            done_before_leaving = list(done)

    assert done_before_leaving == ["saved"], (
        "your call was cancelled and left, while its thread was still at work"
    )


async def test_a_cancel_ends_the_wait_for_a_token(exercise: ModuleType) -> None:
    """A call that is cancelled while it waits for a token never calls its function."""
    limiter = anyio.to_thread.current_default_thread_limiter()
    called: list[str] = []
    holders = [object() for _ in range(int(limiter.total_tokens))]

    async def let_go() -> None:
        for _ in range(5):
            await anyio.lowlevel.checkpoint()
        scope.cancel()
        for _ in range(5):
            await anyio.lowlevel.checkpoint()
        for holder in holders:
            limiter.release_on_behalf_of(holder)

    for holder in holders:
        limiter.acquire_on_behalf_of_nowait(holder)
    async with anyio.create_task_group() as group:
        group.start_soon(let_go)
        with anyio.CancelScope() as scope:
            await exercise.run_in_threadpool(called.append, "called")

    assert not called, "your call was cancelled while it waited for a token, and still called"


async def test_there_is_no_time_limit(exercise: ModuleType) -> None:
    """The function may take as long as it takes."""
    deadlines: list[float] = []

    def look() -> None:
        with suppress(RuntimeError):  # it is no thread of anyio's
            deadlines.append(anyio.from_thread.run_sync(anyio.current_effective_deadline))

    await exercise.run_in_threadpool(look)

    assert set(deadlines) <= {float("inf")}, "your call got a time limit that nobody asked for"
