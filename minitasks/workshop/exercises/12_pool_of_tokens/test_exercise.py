"""Grader of exercise 12: whose tokens a task takes, how many there are, for which loop."""

import threading
from contextvars import ContextVar
from types import ModuleType
from typing import Any

import anyio
import anyio.from_thread
import anyio.lowlevel
import anyio.to_thread
import pytest

from minitasks import run_in_threadpool

pytestmark = pytest.mark.anyio

# Whoever catches some exceptions too many catches one of these.
KINDS = (
    *(AttributeError, ConnectionError, KeyError, RuntimeError),
    *(TimeoutError, TypeError, ValueError),
)

customer: ContextVar[str] = ContextVar("customer")

# A safety net, never waited for by a right solution: seconds until a stuck wait is given up.
PATIENCE = 1.0


async def test_sync_task_still_runs(exercise: ModuleType) -> None:
    """A sync task still runs in a worker thread, with its arguments."""
    seen: list[Any] = []

    def resize(*args: Any, **kwargs: Any) -> None:
        seen.append((threading.get_ident(), args, kwargs))

    await exercise.BackgroundTask(resize, "cat.png", limiter=80, quality=None)()

    assert seen, "your task never called its sync function"
    thread, args, kwargs = seen[0]
    assert thread != threading.get_ident(), "your sync task ran on the event loop's thread"
    assert (args, kwargs) == (("cat.png",), {"limiter": 80, "quality": None}), (
        "made with 'cat.png', limiter=80 and quality=None, but your task called with "
        f"{args} and {kwargs}"
    )


async def test_takes_a_token_of_its_own(exercise: ModuleType) -> None:
    """A sync task takes a token of task_limiter(), and none of the default limiter's."""
    default = anyio.to_thread.current_default_thread_limiter()
    limiter = exercise.task_limiter()
    seen: list[tuple[float, float]] = []
    limits: list[float] = []

    def resize() -> None:
        seen.append((default.borrowed_tokens, limiter.borrowed_tokens))
        limits.append(anyio.from_thread.run_sync(anyio.current_effective_deadline))

    await exercise.BackgroundTask(resize)()

    assert seen, "your task never called its sync function"
    of_default, own = seen[0]
    assert of_default == 0, (
        f"your task took {of_default} of the default limiter's tokens: endpoints have fewer"
    )
    assert own == 1, f"your task took {own} of task_limiter()'s tokens, not 1"
    assert limits == [float("inf")], "your sync task got a time limit that nobody asked for"


async def test_the_default_is_left_alone(exercise: ModuleType) -> None:
    """The default limiter keeps its number of tokens: endpoints have as many as before."""
    default = anyio.to_thread.current_default_thread_limiter()
    before = default.total_tokens

    exercise.task_limiter()
    await exercise.BackgroundTask(len, "cat.png")()

    assert default.total_tokens == before, (
        f"the default limiter had {before} tokens, and since your task ran it has "
        f"{default.total_tokens}"
    )


async def test_one_limiter_for_all(exercise: ModuleType) -> None:
    """All tasks share one limiter, with TOKENS tokens."""
    limiter = exercise.task_limiter()

    assert limiter is exercise.task_limiter(), (
        "your task_limiter() gives another limiter each time: together they limit nothing"
    )
    assert limiter.total_tokens == exercise.TOKENS, (
        f"TOKENS is {exercise.TOKENS}, but your limiter has {limiter.total_tokens}"
    )


async def test_not_too_many(exercise: ModuleType) -> None:
    """No more than TOKENS sync tasks run at once; the next one waits for a token."""
    limiter = exercise.task_limiter()
    go_on = threading.Event()
    running: list[int] = []
    done: list[int] = []

    def resize(number: int) -> None:
        running.append(number)
        go_on.wait(PATIENCE)
        done.append(number)

    def settled() -> bool:
        known: int = len(running) + limiter.statistics().tasks_waiting
        return known > int(exercise.TOKENS)

    async with anyio.create_task_group() as group:
        for number in range(exercise.TOKENS + 1):
            group.start_soon(exercise.BackgroundTask(resize, number))
        with anyio.move_on_after(PATIENCE):
            while not settled():
                await anyio.lowlevel.checkpoint()
        at_once = len(running)
        go_on.set()

    assert at_once == exercise.TOKENS, (
        f"with {exercise.TOKENS} tokens, your tasks ran {at_once} at once"
    )
    assert len(done) == exercise.TOKENS + 1, f"of {exercise.TOKENS + 1} tasks {len(done)} ended"


async def test_endpoints_go_on(exercise: ModuleType) -> None:
    """While tasks hold all of their tokens, an endpoint still gets a thread."""
    go_on = threading.Event()
    answers: list[str] = []

    async def endpoint() -> None:
        while exercise.task_limiter().available_tokens:
            await anyio.lowlevel.checkpoint()
        answers.append(await run_in_threadpool(str, "200 OK"))

    async with anyio.create_task_group() as group:
        for _ in range(exercise.TOKENS):
            group.start_soon(exercise.BackgroundTask(go_on.wait, PATIENCE))
        with anyio.move_on_after(PATIENCE):
            await endpoint()
        go_on.set()

    assert answers == ["200 OK"], "your tasks held all their tokens, and an endpoint got no thread"


async def test_async_needs_none(exercise: ModuleType) -> None:
    """An async task runs on the event loop, and needs no token."""
    limiter = exercise.task_limiter()
    seen: list[Any] = []

    async def send(*args: Any, **kwargs: Any) -> None:
        seen.append((threading.get_ident(), limiter.borrowed_tokens, args, kwargs))

    await exercise.BackgroundTask(send, "ada", subject="hello")()

    assert seen, "your task never ran its async function"
    thread, tokens, args, kwargs = seen[0]
    assert thread == threading.get_ident(), "your async task ran in a worker thread"
    assert tokens == 0, "your async task took a token: on the event loop it needs none"
    assert (args, kwargs) == (("ada",), {"subject": "hello"}), (
        f"made with 'ada' and subject='hello', your task called with {args} and {kwargs}"
    )


async def test_an_async_task_ends_as_its_function_does(exercise: ModuleType) -> None:
    """It is called once, raises what its function raises, and is cancelled with it."""
    problem = ConnectionError("mail server is down")
    calls: list[str] = []
    limits: list[float] = []

    async def fail() -> None:
        calls.append("fail")
        limits.append(anyio.current_effective_deadline())
        raise problem

    async def cancel() -> None:
        scope.cancel()
        await anyio.lowlevel.checkpoint()
        calls.append("went on")

    caught: BaseException | None = None
    try:
        await exercise.BackgroundTask(fail)()
    except Exception as raised:
        caught = raised
    with anyio.CancelScope() as scope:
        await exercise.BackgroundTask(cancel)()

    assert caught is problem, (
        f"the async function raised {problem!r}, but your task raised {caught!r}"
    )
    assert calls[:1] == calls[:2] == ["fail"], (
        "the async function raised, and your task called it again"
        if calls.count("fail") > 1
        else "your async task was cancelled, and its function went on"
    )
    assert scope.cancelled_caught, "your async task was cancelled, and kept that to itself"
    assert limits == [float("inf")], "your async task got a time limit that nobody asked for"


async def test_the_shops_tasks_take_them_too(exercise: ModuleType) -> None:
    """BackgroundTasks makes tasks of your class, keeps their arguments, and runs them in order."""
    limiter = exercise.task_limiter()
    seen: list[tuple[str, int | None, float]] = []

    def resize(name: str, width: int | None = None) -> None:
        seen.append((name, width, limiter.borrowed_tokens))

    tasks, others = exercise.BackgroundTasks(), exercise.BackgroundTasks()
    others.add_task(resize, "another list")
    tasks.add_task(resize, "cat.png", width=80)
    tasks.add_task(resize, "dog.png")
    await tasks()

    assert [each[:2] for each in seen] == [("cat.png", 80), ("dog.png", None)], (
        "added were ('cat.png', width=80) and ('dog.png'), but your tasks called with "
        f"{[each[:2] for each in seen]}"
    )
    assert [tokens for *_, tokens in seen] == [1, 1], (
        "tasks of your BackgroundTasks took none of task_limiter()'s tokens: its add_task must "
        "make tasks of your BackgroundTask"
    )


async def test_each_loop_has_its_own(exercise: ModuleType, anyio_backend: str) -> None:
    """Another event loop gets a limiter of its own: waiting for a token belongs to one loop."""

    async def ask() -> Any:
        return exercise.task_limiter()

    here = exercise.task_limiter()
    there = await anyio.to_thread.run_sync(lambda: anyio.run(ask, backend=anyio_backend))

    assert here is not there, "your limiter is shared by two event loops: it can serve only one"


async def test_a_cancelled_task_keeps_its_token(exercise: ModuleType) -> None:
    """A cancelled task waits for its thread, and holds its token until that is done."""
    limiter = exercise.task_limiter()
    started, go_on = threading.Event(), threading.Event()
    held: list[float] = []

    def resize() -> None:
        started.set()
        go_on.wait(PATIENCE)

    async def cancel_it() -> None:
        with anyio.move_on_after(PATIENCE):
            while not started.is_set():
                await anyio.lowlevel.checkpoint()
        scope.cancel()
        for _ in range(5):
            await anyio.lowlevel.cancel_shielded_checkpoint()
        held.append(limiter.borrowed_tokens)
        go_on.set()

    async with anyio.create_task_group() as group:
        group.start_soon(cancel_it)
        with anyio.CancelScope() as scope:
            await exercise.BackgroundTask(resize)()

    assert held == [1], (
        "your cancelled task left its thread at work and gave its token back: then more threads "
        "than TOKENS can be at work"
    )


async def test_raises_what_the_function_raises(exercise: ModuleType) -> None:
    """An exception reaches whoever awaits the task, and the token comes back."""
    for problem in (
        ConnectionError("disk is full"),
        SystemExit(3),
        *(kind("no") for kind in KINDS),
    ):
        called: list[str] = []

        def resize(problem: BaseException = problem, called: list[str] = called) -> None:
            called.append("resize")
            raise problem

        caught: BaseException | None = None
        try:
            await exercise.BackgroundTask(resize)()
        except BaseException as raised:
            caught = raised

        assert caught is problem, (
            f"the function raised {problem!r}, but your task raised {caught!r}"
        )
        assert called == ["resize"], (
            f"the function raised, and your task called it {len(called)} times"
        )
    tokens = exercise.task_limiter().borrowed_tokens
    assert tokens == 0, f"the function raised, and your task kept {tokens} token(s)"


async def test_the_context_goes_along(exercise: ModuleType) -> None:
    """A sync task still sees the caller's context variables."""
    seen: list[str] = []

    customer.set("ada")
    await exercise.BackgroundTask(lambda: seen.append(customer.get("nobody")))()

    assert seen == ["ada"], (
        f"the caller's context variable is 'ada', but your task saw {seen} in its thread"
    )
