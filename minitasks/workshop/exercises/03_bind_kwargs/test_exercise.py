"""Grader of exercise 3: keyword arguments arrive under any name, the call is made in the thread."""

import threading
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.anyio


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
    for problem in (ConnectionError("down"), TypeError("no such argument"), Stop("stop")):
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
