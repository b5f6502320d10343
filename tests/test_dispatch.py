"""is_async_callable on every odd callable there is, and where it may differ from Starlette's.

A table of names and callables; each is told async exactly when Starlette tells so, but for the
few in `DIFFERENT`, each with its reason.
"""

import asyncio
import functools
import inspect
import sys
import types
import weakref
from collections.abc import AsyncIterator, Iterator
from typing import Any
from unittest import mock

import pytest
from starlette._utils import is_async_callable as starlette_is_async_callable

from minitasks.scenarios.library import Library
from tests.conftest import Run


async def save(*args: Any, **kwargs: Any) -> str:
    return "saved"


def load(*args: Any, **kwargs: Any) -> str:
    return "loaded"


async def stream() -> AsyncIterator[int]:
    yield 1


def count() -> Iterator[int]:
    yield 1


@types.coroutine
def old_style() -> Iterator[None]:
    yield


class Sender:
    send, prepare = save, load
    build = classmethod(save)
    bound_send, bound_prepare = functools.partialmethod(save), functools.partialmethod(load)


class EveryAttribute:
    """Whatever is asked for is there."""

    __call__ = load

    def __getattr__(self, name: str) -> "EveryAttribute":
        return self


def called_by(call: Any, *bases: type) -> Any:
    """Make a class whose instances are called by `call`."""
    return type("Called", bases, {"__call__": call})


def copy_of(function: Any) -> Any:
    return types.FunctionType(function.__code__, globals())


def having(thing: Any, **attributes: Any) -> Any:
    """Write on a thing. Only a partial that has a note stays nested in a partial of it."""
    vars(thing).update(attributes)
    return thing


def marked_function() -> Any:
    """Mark a sync function as one that returns a coroutine, as the standard library does."""
    if sys.version_info >= (3, 12):
        return inspect.markcoroutinefunction(copy_of(load))
    mark = asyncio.coroutines._is_coroutine  # type: ignore[attr-defined]
    return having(copy_of(load), _is_coroutine=mark)


AsyncCall, SyncCall = called_by(save), called_by(load)
AsyncPartial, SyncPartial = called_by(save, functools.partial), called_by(load, functools.partial)
InheritedAsyncCall = type("InheritedAsyncCall", (AsyncCall,), {})
wraps = functools.wraps
partial = functools.partial

ASYNC = {
    "a coroutine function": save,
    "a wrapper that is async": wraps(load)(copy_of(save)),
    "a bound async method": Sender().send,
    "an async class method": Sender.build,
    "an async partialmethod": Sender().bound_send,
    "a method bound by hand": types.MethodType(save, 1),
    "a method bound twice": types.MethodType(types.MethodType(save, 1), 2),
    "an object with an async call": AsyncCall(),
    "an object with an inherited async call": InheritedAsyncCall(),
    "an object with a static async call": called_by(staticmethod(save))(),
    "an object with a marked call": called_by(marked_function())(),
    "a class made by an async call": called_by(save, type)("Made", (), {}),
    "a bound __call__": AsyncCall().__call__,
    "a partial": partial(save),
    "a partial with arguments": partial(save, 1, to="ada"),
    "a partial of a partial": partial(partial(save, 1), 2),
    "a partial of a method": partial(Sender().send),
    "a partial of an object with an async call": partial(AsyncCall()),
    "a nested partial of an async object": partial(having(partial(AsyncCall()), note="kept")),
    "a partial of a subclassed partial": partial(SyncPartial(save)),
    "a subclassed partial of an async function": SyncPartial(save),
    "a method of a partial": types.MethodType(partial(save), 1),
    "a marked function": marked_function(),
    "a partial of a marked function": partial(marked_function()),
    "a marked method": types.MethodType(marked_function(), 1),
    "AsyncMock": mock.AsyncMock(),
    "AsyncMock with a spec": mock.AsyncMock(spec=save),
    "create_autospec of an async function": mock.create_autospec(save),
    "a partial of create_autospec": partial(mock.create_autospec(save)),
    "a method of create_autospec": mock.create_autospec(Sender)().send,
    "MagicMock with an async spec": mock.MagicMock(spec=save),
    "a wrapped async function wrapped again": wraps(wraps(save)(copy_of(save)))(copy_of(save)),
}
SYNC = {
    "a function": load,
    "a lambda": lambda: None,
    "a lambda that returns a coroutine": lambda: save(),
    "a builtin": print,
    "a builtin method": [].append,
    "an unbound builtin method": list.append,
    "a method wrapper": (1).__add__,
    "a bound method": Sender().prepare,
    "a partialmethod": Sender().bound_prepare,
    "a partial of a function": partial(load),
    "a partial of a sync partial": partial(partial(load)),
    "a partial of a builtin": partial(print, sep=""),
    "a subclassed partial with an async call": AsyncPartial(load),
    "a partial of a subclassed partial with an async call": partial(AsyncPartial(load)),
    "an object with a sync call": SyncCall(),
    "an object whose sync call returns a coroutine": called_by(lambda self: save())(),
    "an object with a sync __call__ of its own": having(SyncCall(), __call__=load),
    "an object with every attribute": EveryAttribute(),
    "a generator function": count,
    "an async generator function": stream,
    "a careless decorator's wrapper": wraps(save)(copy_of(load)),
    "lru_cache of an async function": functools.lru_cache(save),
    "lru_cache of a function": functools.lru_cache(load),
    "singledispatch of an async function": functools.singledispatch(save),
    "a coroutine made of a generator": old_style,
    "a class": Sender,
    "a builtin class": dict,
    "a class with a sync call": SyncCall,
    "a partial of a class": partial(Sender),
    "Mock": mock.Mock(),
    "MagicMock": mock.MagicMock(),
    "create_autospec of a function": mock.create_autospec(load),
    "create_autospec of a class": mock.create_autospec(Sender),
    "a weak reference": weakref.ref(Sender),
    "a weak proxy of a function": weakref.proxy(load),
    "cmp_to_key's kind": functools.cmp_to_key(lambda left, right: 0),
    "None": None,
    "a string": "save",
    "an object that can't be called": object(),
}
# Starlette looks for an async `__call__` on the object itself; Python, when it calls the object,
# does not look there. So these are async for Starlette alone.
STANDS_FOR_ASYNC = AsyncCall()
DIFFERENT = {
    # Calling makes an instance, which Starlette then can't await.
    "a class with an async call": AsyncCall,
    "a class with an inherited async call": InheritedAsyncCall,
    "a partial of a class with an async call": partial(AsyncCall),
    # Calling either never calls this attribute of it.
    "an object with an async __call__ of its own": having(SyncCall(), __call__=save),
    "a function with an async __call__ of its own": having(copy_of(load), __call__=save),
    # The price of one rule: the type decides, also of what passes on all but its own type.
    "a weak proxy of an object with an async call": weakref.proxy(STANDS_FOR_ASYNC),
    "an object whose call is a partialmethod": called_by(functools.partialmethod(save, 1))(),
}


def told(library: Library, function: Any) -> bool:
    """Ask whether a callable is async: BackgroundTask and add_task answer in the same way."""
    answer = library.is_async_callable(function)
    if callable(function):
        tasks = library.BackgroundTasks([library.BackgroundTask(function)])
        tasks.add_task(function)
        assert [task.is_async for task in tasks.tasks] == [answer, answer]
    return answer


@pytest.mark.parametrize("name", [*ASYNC, *SYNC])
def test_a_callable_is_async_if_it_gives_a_coroutine_to_await(library: Library, name: str) -> None:
    """As in Starlette; not where a coroutine comes out that nobody could foresee."""
    assert told(library, {**ASYNC, **SYNC}[name]) is (name in ASYNC)


@pytest.mark.parametrize("name", DIFFERENT)
def test_what_the_type_does_not_tell_decides_nothing(rebuilt: Library, name: str) -> None:
    """What only the object has decides nothing here; in Starlette it does."""
    # From 3.13 on a partialmethod leaves a mark on the type.
    is_marked = "partialmethod" in name and sys.version_info >= (3, 13)
    assert told(rebuilt, DIFFERENT[name]) is is_marked
    assert starlette_is_async_callable(DIFFERENT[name]) is True


def test_a_class_with_an_async_call_is_made_in_a_worker_thread(
    library: Library, run_in_loop: Run
) -> None:
    """We make the instance and drop it; Starlette makes it too, then fails to await it."""
    made: list[str] = []

    class Notifier:
        def __init__(self, to: str) -> None:
            made.append(to)

        async def __call__(self) -> None:
            made.append("awaited")

    task = library.BackgroundTask(Notifier, "ada")
    if library.name == "starlette":
        with pytest.raises(TypeError, match=r"can't be (awaited|used in 'await' expression)"):
            run_in_loop(task)
    else:
        run_in_loop(task)
    assert made == ["ada"]


def test_the_question_calls_nothing(library: Library) -> None:
    """Whether a callable is async is told from the callable alone."""
    watched = mock.Mock()
    library.is_async_callable(watched)
    library.is_async_callable(functools.partial(watched))
    library.is_async_callable(lambda: watched())
    watched.assert_not_called()
