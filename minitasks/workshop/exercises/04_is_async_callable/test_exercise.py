"""Grader of exercise 4: from plain functions to what people really pass to add_task."""

import functools
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

calls: list[str] = []


async def async_function(*args: object) -> None:
    calls.append("async function")


def sync_function(*args: object) -> None:
    calls.append("sync function")


class Mailer:
    async def send(self) -> None:
        calls.append("async method")

    def write(self) -> None:
        calls.append("sync method")


def sync_wrapper() -> Callable[..., Any]:
    """Make a def round an async def that looks like it, as many decorators do."""

    @functools.wraps(async_function)
    def wrapper(*args: object) -> object:
        calls.append("sync wrapper")
        return None

    return wrapper


class HasFunc:
    """An object that has an attribute `func`, and is no partial."""

    func = staticmethod(async_function)

    def __call__(self) -> None:
        calls.append("sync __call__ beside func")


class AsyncCallable:
    def __init__(self) -> None:
        calls.append("AsyncCallable()")

    async def __call__(self, *args: object) -> None:
        calls.append("async __call__")


class Inheriting(AsyncCallable):
    """Has its async __call__ from its base class."""


class SyncBesideAsync:
    """Has an async method, and a __call__ that is not."""

    def __call__(self) -> None:
        calls.append("sync __call__ beside an async method")

    async def send(self) -> None:
        calls.append("async method beside __call__")


@dataclass(frozen=True)
class Equal:
    """Equal to every other of these, async or not."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Equal)

    def __hash__(self) -> int:
        return 0

    def __call__(self) -> None:
        calls.append("sync __call__")


class EqualAndAsync(Equal):
    async def __call__(self) -> None:  # type: ignore[override]
        calls.append("async __call__")


async def async_generator() -> AsyncIterator[str]:
    yield "nothing to await"


def sync_and_annotated() -> Awaitable[None]:
    """Return a coroutine: nothing but the annotation tells."""
    calls.append("def that returns an awaitable")
    return async_function()


class SyncCallable:
    def __call__(self, *args: object) -> None:
        calls.append("sync __call__")


def nested(func: Callable[..., Any], depth: int) -> Callable[..., Any]:
    """Put partials round a function; with an attribute each, so that Python does not merge them."""
    for number in range(depth):
        func = functools.partial(func)
        vars(func)["number"] = number
    return func


def check(exercise: ModuleType, obj: object, name: str, wanted: bool) -> None:
    """Assert the answer for one object, and that nothing was called to find it."""
    calls.clear()
    answer = exercise.is_async_callable(obj)
    assert not calls, f"your function called {name} to find out; it must not run anything"
    assert answer is wanted, (
        f"is_async_callable({name}) should be {wanted}, but yours gave {answer!r}"
    )


def test_functions(exercise: ModuleType) -> None:
    """An async function is async; an ordinary one is not, and neither is called to find out."""
    check(exercise, async_function, "an async def", True)
    check(exercise, sync_function, "a def", False)
    check(exercise, print, "print", False)


def test_methods(exercise: ModuleType) -> None:
    """A method is async if it is written with async def."""
    check(exercise, Mailer().send, "an object's async method", True)
    check(exercise, Mailer().write, "an object's sync method", False)


def test_partials(exercise: ModuleType) -> None:
    """A partial of an async function is async."""
    check(exercise, functools.partial(async_function, 1), "a partial of an async def", True)
    check(exercise, functools.partial(sync_function, 1), "a partial of a def", False)


def test_callable_objects(exercise: ModuleType) -> None:
    """An object whose class has an async __call__ is async."""
    check(exercise, AsyncCallable(), "an object with async def __call__", True)
    check(exercise, SyncCallable(), "an object with def __call__", False)
    check(exercise, Inheriting(), "an object whose base class has async def __call__", True)
    check(exercise, SyncBesideAsync(), "an object with def __call__ and an async method", False)


def test_equal_objects(exercise: ModuleType) -> None:
    """Each object gets an answer of its own, also if it equals one that was asked about before."""
    check(exercise, Equal(), "an object with def __call__", False)
    check(exercise, EqualAndAsync(), "an object that is async, and equals one that is not", True)
    check(exercise, Equal(), "an object that is not async, and equals one that is", False)


def test_partials_of_objects(exercise: ModuleType) -> None:
    """A partial of such an object is async too, and so is a partial of that partial."""
    check(exercise, nested(AsyncCallable(), 1), "a partial of an object with async __call__", True)
    check(exercise, nested(AsyncCallable(), 2), "a partial of a partial of such an object", True)


def test_classes(exercise: ModuleType) -> None:
    """A class itself is not async: calling it makes an instance, and there is nothing to await."""
    check(exercise, AsyncCallable, "a class whose instances have async def __call__", False)
    check(exercise, Mailer, "a class", False)


def test_what_only_looks_async(exercise: ModuleType) -> None:
    """What counts is what a call gives: not a wrapped function, not an attribute of some name."""
    check(exercise, sync_wrapper(), "a def that wraps an async def (functools.wraps)", False)
    check(exercise, HasFunc(), "an object with a sync __call__ and an async attribute func", False)
    check(exercise, async_generator, "an async generator function: its call is not awaited", False)
    check(exercise, sync_and_annotated, "a def that is annotated with -> Awaitable", False)


def test_not_callable(exercise: ModuleType) -> None:
    """What can't be called is not async; asking does not fail."""
    coroutine = async_function()
    try:
        check(exercise, None, "None", False)
        check(exercise, "send", "a string", False)
        check(exercise, coroutine, "a coroutine, the result of a call", False)
    finally:
        coroutine.close()


TARGETS: dict[str, Callable[..., Any]] = {
    "async def": async_function,
    "object with async __call__": AsyncCallable(),
    "def": sync_function,
    "object with __call__": SyncCallable(),
}


@settings(max_examples=20, deadline=None)
@given(name=st.sampled_from(sorted(TARGETS)), depth=st.integers(0, 4))
def test_every_mix(exercise: ModuleType, name: str, depth: int) -> None:
    """Any of these, in any number of partials, gets the same answer as without them."""
    obj = nested(TARGETS[name], depth)

    check(exercise, obj, f"{depth} partials round {name}", "async" in name)
