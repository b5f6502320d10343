"""Grader of exercise 3: keyword arguments arrive under any name, the call is made in the thread."""

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


# A safety net, never waited for by a right solution: seconds until a stuck wait is given up.
PATIENCE = 1.0

customer: ContextVar[str] = ContextVar("customer")


class Stop(BaseException):
    """What no `except Exception` catches, as SystemExit and KeyboardInterrupt are."""


few = settings(max_examples=10, deadline=None)
values = st.none() | st.booleans() | st.integers() | st.text(max_size=3)
# Among them every name that anyio.to_thread.run_sync takes for itself.
names = st.sampled_from(["to", "args", "kwargs", "limiter", "cancellable", "abandon_on_cancel"])


async def test_passes_keywords(exercise: ModuleType) -> None:
    """Keyword arguments reach the function."""
    got: list[dict[str, Any]] = []

    def send(**kwargs: Any) -> None:
        got.append(kwargs)

    try:
        await exercise.run_in_threadpool(send, to="ada", subject="hello")
    except TypeError as problem:
        pytest.fail(f"send(to='ada', subject='hello') was not called; instead: {problem}")

    assert got == [{"to": "ada", "subject": "hello"}], (
        f"offloaded with to='ada', subject='hello', but your call arrived with {got[0]}"
    )


async def test_keeps_positional(exercise: ModuleType) -> None:
    """Positional arguments still arrive, in their order, beside the keyword ones."""

    def describe(*args: Any, **kwargs: Any) -> str:
        return f"args={args} kwargs={kwargs}"

    result = await exercise.run_in_threadpool(describe, "ada", "grace", subject="hello")

    wanted = "args=('ada', 'grace') kwargs={'subject': 'hello'}"
    assert result == wanted, f"the function should see {wanted}, but saw {result}"


async def test_calls_in_the_thread(exercise: ModuleType) -> None:
    """The function is called in a worker thread, with or without keyword arguments."""

    def where(**kwargs: Any) -> int:
        return threading.get_ident()

    threads = [
        await exercise.run_in_threadpool(where),
        await exercise.run_in_threadpool(where, to="ada"),
    ]

    assert threading.get_ident() not in threads, (
        "your sync function ran on the event loop's thread: it was called before run_sync got it"
    )


@few
@given(args=st.lists(values, max_size=2), kwargs=st.dictionaries(names, values, max_size=3))
async def test_any_name_passes(
    exercise: ModuleType, args: list[Any], kwargs: dict[str, Any]
) -> None:
    """A keyword argument arrives whatever its name: run_sync's own keywords take none away."""

    def echo(*args: Any, **kwargs: Any) -> Any:
        return list(args), kwargs

    result = await exercise.run_in_threadpool(echo, *args, **kwargs)

    assert result == (args, kwargs), (
        f"offloaded with {args} and {kwargs}, the function saw {result}"
    )


async def test_raises_what_the_function_raises(exercise: ModuleType) -> None:
    """An exception reaches the caller, unchanged, and the function is called once."""
    for problem in (ConnectionError("down"), Stop("s"), *(kind("no") for kind in KINDS)):
        called: list[str] = []

        def send(*, to: str, problem: BaseException = problem, called: list[str] = called) -> None:
            called.append(to)
            raise problem

        caught: BaseException | None = None
        try:
            await exercise.run_in_threadpool(send, to="ada")
        except BaseException as raised:
            caught = raised

        assert caught is problem, (
            f"the function raised {problem!r}, but your call raised {caught!r}"
        )
        assert called == ["ada"], (
            f"the function raised an exception, and your call made it {len(called)} times"
        )


async def test_the_arguments_are_no_copies(exercise: ModuleType) -> None:
    """The function gets the same objects, and its own result comes back."""
    basket: list[str] = []

    def fill(first: list[str], *, second: list[str]) -> list[str]:
        first.append("book")
        second.append("pen")
        return second

    result = await exercise.run_in_threadpool(fill, basket, second=basket)

    assert basket == ["book", "pen"], (
        "the function changed the list that it was given, but the caller's list stayed as it was: "
        "your call handed on a copy"
    )
    assert result is basket, "the function returned its list, but your call returned a copy"


class Promise:
    """Could be awaited, and notes whether it was."""

    awaited = False

    def __await__(self) -> Generator[Any, None, None]:
        self.awaited = True
        yield from ()


async def test_the_result_comes_back_as_it_is(exercise: ModuleType) -> None:
    """Also one that counts as false, and one that could be awaited."""
    promise = Promise()
    results: list[Any] = [0, "", False, [], promise]
    for value in results:
        result = await exercise.run_in_threadpool(lambda it, **kwargs: it, value, to="ada")
        assert not promise.awaited, "your call awaited what the function returned"
        assert result is value, (
            f"the function returned {value!r}, but your call returned {result!r}"
        )


async def test_keywords_keep_their_order(exercise: ModuleType) -> None:
    """The function sees its keyword arguments in the order of the call."""
    names = await exercise.run_in_threadpool(lambda **kwargs: list(kwargs), b=1, a=2, c=3)

    assert names == ["b", "a", "c"], f"given as b, a, c, the function saw {', '.join(names)}"


async def test_all_else_is_as_before(exercise: ModuleType) -> None:
    """The context goes along, one token of the default limiter is taken, there is no time limit."""
    limiter = anyio.to_thread.current_default_thread_limiter()
    seen: list[tuple[str, float, float]] = []

    def look(**kwargs: Any) -> None:
        deadline = float("inf")
        with suppress(RuntimeError):  # it is no thread of anyio's
            deadline = anyio.from_thread.run_sync(anyio.current_effective_deadline)
        seen.append((customer.get("nobody"), limiter.borrowed_tokens, deadline))

    customer.set("ada")
    await exercise.run_in_threadpool(look, to="ada")
    ((name, tokens, deadline),) = seen

    assert name == "ada", f"the caller's context variable is 'ada', the function saw {name!r}"
    assert tokens == 1, "your thread took no token of the default limiter, which all threads share"
    assert deadline == float("inf"), "your call got a time limit that nobody asked for"


async def test_a_cancel_waits_and_goes_through(exercise: ModuleType) -> None:
    """A cancelled call waits for its thread, and then ends by the cancellation."""
    started, go_on = threading.Event(), threading.Event()
    done: list[str] = []

    def save(to: str) -> None:
        started.set()
        go_on.wait(PATIENCE)
        done.append(to)

    async def cancel_it() -> None:
        with anyio.move_on_after(PATIENCE):
            while not started.is_set():
                await anyio.lowlevel.checkpoint()
        scope.cancel()
        for _ in range(5):
            await anyio.lowlevel.checkpoint()
        go_on.set()

    async with anyio.create_task_group() as group:
        group.start_soon(cancel_it)
        with anyio.CancelScope() as scope:
            await exercise.run_in_threadpool(save, to="ada")
            await anyio.lowlevel.checkpoint()
        seen = list(done)

    assert seen == ["ada"], "your call was cancelled, and left its thread at work"
    assert scope.cancelled_caught, "your call was cancelled, and kept that to itself"


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
