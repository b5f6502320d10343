"""What was recorded of a program is what its own log says: which call began and ended where.

Each program is of a kind at which a recorder can go wrong, and logs without the recorder's help.
"""

import asyncio
import contextlib
import gc
import os
import signal
import sys
import threading
import weakref
from collections.abc import AsyncIterator, Callable, Iterator

import anyio
import anyio.to_thread
import pytest

from minitasks.timeline.record import record
from minitasks.timeline.recorder import CUT_SHORT

Entry = tuple[str, str, int]  # "in" or "out", function, thread

log: list[Entry] = []


@contextlib.contextmanager
def logged(name: str) -> Iterator[None]:
    """Log the beginning and the end of what the block does."""
    log.append(("in", name, threading.get_ident()))
    try:
        yield
    finally:
        log.append(("out", name, threading.get_ident()))


def note() -> None:
    with logged("note"):
        pass


def deep(number: int) -> int:
    return deep(number + 1)


def recursion_to_the_limit() -> None:
    with contextlib.suppress(RecursionError):
        deep(0)
    note()


def numbers() -> Iterator[int]:
    with logged("numbers"):
        yield 1
        yield 2


def generator_closed() -> None:
    generator = numbers()
    next(generator)
    generator.close()  # type: ignore[attr-defined]
    note()


def generator_collected() -> None:
    generator = numbers()
    next(generator)
    del generator
    gc.collect()
    note()


def generator_left_in_another_thread() -> None:
    generator = numbers()
    next(generator)
    thread = threading.Thread(target=lambda: list(generator))
    thread.start()
    thread.join()
    note()


class Thing:
    """Something that can be collected."""

    def __del__(self) -> None:
        with logged("Thing.__del__"):
            pass


def callback_of_a_weak_reference() -> None:
    def gone(reference: object) -> None:
        with logged("callback_of_a_weak_reference.<locals>.gone"):
            pass

    thing = Thing()
    reference = weakref.ref(thing, gone)
    del thing
    assert reference() is None


def callback_of_a_signal() -> None:
    def heard(number: int, frame: object) -> None:
        with logged("callback_of_a_signal.<locals>.heard"):
            pass

    before = signal.signal(signal.SIGUSR1, heard)
    os.kill(os.getpid(), signal.SIGUSR1)
    signal.signal(signal.SIGUSR1, before)
    note()


async def fail() -> None:
    with logged("fail"):
        await anyio.sleep(0)
        raise LookupError


def caught_exceptions() -> None:
    async def catch() -> None:
        with logged("caught_exceptions.<locals>.catch"):
            for _ in range(2):
                with contextlib.suppress(LookupError):
                    await fail()
                await anyio.sleep(0)

    anyio.run(catch)


def cancelled() -> None:
    async def wait() -> None:
        with logged("cancelled.<locals>.wait"):
            await anyio.sleep_forever()

    async def cancel() -> None:
        with logged("cancelled.<locals>.cancel"):
            async with anyio.create_task_group() as group:
                group.start_soon(wait)
                await anyio.wait_all_tasks_blocked()
                group.cancel_scope.cancel()
            await anyio.sleep(0)

    anyio.run(cancel)


def async_generator_closed() -> None:
    async def count() -> AsyncIterator[int]:
        with logged("async_generator_closed.<locals>.count"):
            yield 1
            yield 2

    async def use() -> None:
        with logged("async_generator_closed.<locals>.use"):
            async with contextlib.aclosing(count()) as numbers:  # type: ignore[type-var]
                async for _ in numbers:
                    break

    anyio.run(use)


def event_loop_in_a_worker() -> None:
    async def inner() -> None:
        with logged("event_loop_in_a_worker.<locals>.inner"):
            await asyncio.sleep(0)

    def work() -> None:
        with logged("event_loop_in_a_worker.<locals>.work"):
            asyncio.run(inner())

    async def outer() -> None:
        with logged("event_loop_in_a_worker.<locals>.outer"):
            for _ in range(2):
                await anyio.to_thread.run_sync(work)

    anyio.run(outer)


PROGRAMS: list[Callable[[], None]] = [
    recursion_to_the_limit,
    generator_closed,
    generator_collected,
    generator_left_in_another_thread,
    callback_of_a_weak_reference,
    callback_of_a_signal,
    caught_exceptions,
    cancelled,
    async_generator_closed,
    event_loop_in_a_worker,
]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_what_was_recorded_is_what_the_program_logged(program: Callable[[], None]) -> None:
    """Of each function that logs: the same calls and ends, in the same order and threads."""
    if program is recursion_to_the_limit and sys.version_info < (3, 12):
        pytest.skip("Python 3.11 stops tracing the thread there, which the recording says")
    log.clear()
    with record() as recording:
        program()

    lanes: dict[int, int] = {}
    names = {name for _, name, _ in log}
    kinds = {"call": "in", "return": "out", "raise": "out"}
    recorded = [
        (kinds[event.kind], event.function, event.lane)
        for event in recording.timeline.events
        if event.kind in kinds and event.function in names
    ]
    told = [(kind, name, lanes.setdefault(thread, len(lanes))) for kind, name, thread in log]
    order: dict[int, int] = {}
    assert [(k, name, order.setdefault(lane, len(order))) for k, name, lane in recorded] == told


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="there nothing is lost")
def test_python_3_11_says_that_a_recursion_to_the_limit_ends_a_threads_recording() -> None:
    """The mark stands in that thread, behind its last step; other threads are recorded on."""

    async def main() -> None:
        await anyio.to_thread.run_sync(recursion_to_the_limit)
        note()

    with record() as recording:
        anyio.run(main)
    events = recording.timeline.events
    (mark,) = [each for each in events if each.kind == "mark"]
    of_thread = [each for each in events if each.lane == mark.lane]
    assert mark.text == CUT_SHORT
    assert of_thread[-1] == mark
    assert of_thread[0].function == "recursion_to_the_limit"
    assert events[-1].lane != mark.lane


@pytest.mark.skipif(sys.version_info < (3, 12), reason="there the thread is lost, and it is said")
def test_at_a_recursion_error_each_call_that_was_seen_is_raised_in_once() -> None:
    """The call at which it comes to the limit has no beginning of its own, and no end either."""

    def from_depth(depth: int) -> None:
        if depth:
            from_depth(depth - 1)
        else:
            recursion_to_the_limit()

    with record(limit=50_000) as recording:
        for depth in range(10):
            from_depth(depth)
    assert not [each for each in recording.timeline.events if each.kind == "mark"]
    steps = [each for each in recording.timeline.events if each.function == "deep"]
    kinds = [each.kind for each in steps]
    assert kinds.count("call") == kinds.count("raise") > 100
    assert steps[-1].text.startswith("RecursionError")
