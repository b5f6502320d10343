"""Programs to record: each shape that code can take, the same on every run.

This file is what the recordings look into; `recording_of` in recordings.py runs and records them.
"""

import asyncio
import contextlib
import os
import signal
import threading
import weakref
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator
from typing import Any

import anyio
import anyio.from_thread
import anyio.to_thread

from minitasks import BackgroundTasks
from minitasks.scenarios.marks import mark
from tests.parts import TIMEOUT

Program = Callable[[], Any]


# -- sync -----------------------------------------------------------------------------------------


def add(left: int, right: int) -> int:
    total = left + right
    return total


def sync_calls() -> None:
    for number in range(3):
        add(number, 1)


def nested_scopes() -> None:
    outside = 1

    def inner(value: int) -> int:
        nonlocal outside
        outside += value
        return outside

    class Product:
        double = 2 * outside

        @property
        def title(self) -> str:
            return str(self.double)

    inner(2)
    (lambda value: value + outside)(3)
    Product().title  # noqa: B018
    squares = [number * number for number in range(3)]
    {number: str(number) for number in squares}
    sum(number for number in squares)
    any(number > 0 for number in squares)


def count_to(number: int) -> Generator[int, None, None]:
    for each in range(number):
        following = each + 1
        yield following


def flatten(numbers: list[int]) -> Generator[int, None, str]:
    yield from (number for number in numbers)
    yield from count_to(2)
    return "flat"


def delegate(numbers: list[int]) -> Generator[int, None, None]:
    result = yield from flatten(numbers)
    assert result == "flat"


def echo() -> Generator[str, str, None]:
    said = ""
    while said != "stop":
        try:
            said = yield said
        except ValueError:
            said = "caught"
        finally:
            pass


def generators() -> None:
    list(count_to(2))
    list(delegate([5, 6]))
    talk = echo()
    next(talk)
    talk.send("hello")
    talk.throw(ValueError("no"))
    with contextlib.suppress(StopIteration):
        talk.send("stop")
    other = echo()
    next(other)
    with contextlib.suppress(KeyError):
        other.throw(KeyError("gone"))


# -- failing --------------------------------------------------------------------------------------


def fail(message: str) -> None:
    raise ValueError(message)


def fail_late() -> None:
    try:
        fail("late")
    finally:
        add(1, 1)


def translate() -> None:
    try:
        fail_late()
    except ValueError as error:
        raise LookupError("translated") from error


def failing() -> None:
    with contextlib.suppress(LookupError):
        translate()
    try:
        int("missing")
    except ValueError:
        add(2, 2)
    with contextlib.suppress(ZeroDivisionError):
        add(1 // 0, 1)


def hold(value: object) -> int:
    return 1


def failing_iterator() -> None:
    class Stops:
        def __iter__(self) -> "Stops":
            return self

        def __next__(self) -> int:
            raise StopIteration

    for _ in Stops():
        pass


# -- async ----------------------------------------------------------------------------------------


async def save(name: str) -> str:
    await anyio.sleep(0)
    return name.upper()


async def count_slowly(number: int) -> AsyncIterator[int]:
    for each in range(number):
        await anyio.sleep(0)
        yield each


async def await_and_iterate(name: str = "book") -> list[Any]:
    first = await save(name)
    second = await save(first)
    async for number in count_slowly(2):
        add(number, 1)
    return [first, second, *[number async for number in count_slowly(2) if number]]


@contextlib.asynccontextmanager
async def opened(name: str) -> AsyncGenerator[str, None]:
    await anyio.sleep(0)
    try:
        yield name
    finally:
        await anyio.sleep(0)


async def fail_slowly() -> None:
    await anyio.sleep(0)
    fail("slowly")


async def use_and_fail() -> None:
    async with opened("shelf") as shelf:
        await save(shelf)
    with contextlib.suppress(ValueError):
        async with opened("shelf"):
            fail("while open")
    with contextlib.suppress(ValueError):
        await fail_slowly()


async def sleep_for_ever(ready: anyio.Event) -> None:
    try:
        ready.set()
        await anyio.sleep_forever()
    finally:
        add(1, 2)


async def cancel_one() -> None:
    ready = anyio.Event()
    async with anyio.create_task_group() as group:
        group.start_soon(sleep_for_ever, ready)
        await ready.wait()
        group.cancel_scope.cancel()


async def throw_by_hand() -> None:
    numbers = count_slowly(3)
    await anext(numbers)
    with contextlib.suppress(KeyError):
        await numbers.athrow(KeyError("thrown"))  # type: ignore[attr-defined]
    closed = count_slowly(3)
    await anext(closed)
    await closed.aclose()  # type: ignore[attr-defined]


def closed_unbegun() -> None:
    save("never").close()
    with contextlib.suppress(KeyError):
        save("never").throw(KeyError("cancelled"))
    list(count_to(1))
    count_to(3).close()
    with contextlib.suppress(KeyError):
        count_to(3).throw(KeyError("unbegun"))


def unfinished() -> None:
    for _ in range(5):
        numbers = count_to(3)
        next(numbers)
        numbers.close()


# -- threads --------------------------------------------------------------------------------------


async def offload() -> int:
    return await anyio.to_thread.run_sync(add, 1, 2)


def call_back(name: str) -> str:
    return anyio.from_thread.run(save, name)


async def offload_and_call_back() -> None:
    await anyio.to_thread.run_sync(call_back, "book")


async def run_background_tasks() -> None:
    tasks = BackgroundTasks()
    tasks.add_task(save, "book")
    tasks.add_task(add, 1, right=2)
    tasks.add_task(fail, "third")
    with contextlib.suppress(ValueError):
        await tasks()


class Baton:
    """Lets threads run in a set order: each waits for its turn, and passes on."""

    def __init__(self, turns: int) -> None:
        self.turns = [threading.Event() for _ in range(turns + 1)]
        self.turns[0].set()

    def wait(self, turn: int) -> None:
        assert self.turns[turn].wait(TIMEOUT)

    def pass_on(self, turn: int) -> None:
        self.turns[turn + 1].set()


def take_turns(baton: Baton, name: str, turns: list[int]) -> None:
    for turn in turns:
        baton.wait(turn)
        mark(f"{name}: {turn}")
        baton.pass_on(turn)


async def three_workers() -> None:
    baton = Baton(6)
    async with anyio.create_task_group() as group:
        for name, turns in (("red", [0, 4]), ("green", [1, 3]), ("blue", [2, 5])):
            group.start_soon(anyio.to_thread.run_sync, take_turns, baton, name, turns)


async def wait_ten_times() -> str:
    for _ in range(10):
        await asyncio.sleep(0)
    return "done"


async def run_an_event_loop_in_a_worker() -> None:
    def work() -> str:
        return asyncio.run(wait_ten_times())

    for _ in range(2):
        await anyio.to_thread.run_sync(work)


# -- what happens by the way ----------------------------------------------------------------------


def generators_left() -> None:
    numbers = count_to(2)
    next(numbers)
    del numbers
    add(1, 2)
    others = count_to(2)
    next(others)
    thread = threading.Thread(target=list, args=(others,))
    thread.start()
    thread.join()
    add(1, 2)


class Thing:
    """Something that can be collected."""

    def __del__(self) -> None:
        add(3, 4)


def finalizers() -> None:
    """At a del with a weak reference, at a rebinding, of what was in a cell, of an exception."""
    thing: object = Thing()
    reference = weakref.ref(thing, lambda gone: add(1, 2))
    del thing
    assert reference() is None
    rebound: object = Thing()
    rebound = None
    add(1, 2)
    assert rebound is None
    in_cell = Thing()

    def look() -> object:
        return in_cell  # noqa: F821 # deleted below

    look()
    del in_cell
    add(1, 2)

    class Failure(Exception, Thing):
        pass

    def end() -> None:
        raise Failure

    with contextlib.suppress(Failure):
        end()
    add(1, 2)


def callback_of_a_signal() -> None:
    before = signal.signal(signal.SIGUSR1, lambda number, frame: None)
    os.kill(os.getpid(), signal.SIGUSR1)
    signal.signal(signal.SIGUSR1, before)
    add(1, 2)


def argument_rebound() -> list[int]:
    def double(number: int) -> int:
        number = number * 2
        return number

    return [double(number) for number in range(3)]


def locals_asked_for() -> tuple[list[str], list[str], int]:
    first = 1
    seen = sorted(locals())
    second = first
    return seen, sorted(locals()), second


def closure_counted_by_threads() -> int:
    """Another thread counts in a closure's variable while this one steps beside it."""
    total = 0
    started = threading.Event()

    def count() -> None:
        nonlocal total
        started.set()
        for _ in range(5_000):
            total += 1

    thread = threading.Thread(target=count)
    thread.start()
    started.wait()
    steps = 0
    while thread.is_alive():
        steps += 1
    thread.join()
    return total


def deep(number: int) -> int:
    return deep(number + 1)


def recursion_to_the_limit() -> None:
    with contextlib.suppress(RecursionError):
        deep(0)
    add(1, 2)


# Each does the same on every run, whichever thread comes first.
SYNC: tuple[Program, ...] = (
    *(sync_calls, nested_scopes, generators, failing, failing_iterator, unfinished),
    *(generators_left, finalizers, callback_of_a_signal, argument_rebound, locals_asked_for),
)
ASYNC: tuple[Program, ...] = (
    *(await_and_iterate, use_and_fail, cancel_one, throw_by_hand),
    *(offload, offload_and_call_back, run_background_tasks, run_an_event_loop_in_a_worker),
)
PROGRAMS = (*SYNC, *ASYNC)
