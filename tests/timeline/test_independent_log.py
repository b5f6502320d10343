"""A recorded program does what it does alone, and what was recorded is what its own log says.

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

log: list[tuple[str, str, int]] = []  # "call" or "end", function, thread


@contextlib.contextmanager
def logged() -> Iterator[None]:
    """Log the beginning and the end of the function whose block this is."""
    name = sys._getframe(2).f_code.co_qualname
    log.append(("call", name, threading.get_ident()))
    try:
        yield
    finally:
        log.append(("end", name, threading.get_ident()))


def note() -> None:
    with logged():
        pass


class Thing:
    """Something that can be collected."""

    def __del__(self) -> None:
        with logged():
            pass


def deep(number: int) -> int:
    return deep(number + 1)


def recursion_to_the_limit() -> None:
    with contextlib.suppress(RecursionError):
        deep(0)
    note()


def numbers() -> Iterator[int]:
    with logged():
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
    note()


def generator_left_in_another_thread() -> None:
    generator = numbers()
    next(generator)
    thread = threading.Thread(target=lambda: list(generator))
    thread.start()
    thread.join()
    note()


def callback_of_a_weak_reference() -> None:
    def gone(reference: object) -> None:
        with logged():
            pass

    thing = Thing()
    reference = weakref.ref(thing, gone)
    del thing
    assert reference() is None


def finalizer_at_a_rebinding() -> None:
    thing: object = Thing()
    thing = None
    note()
    assert thing is None


def finalizer_of_what_was_in_a_cell() -> None:
    thing = Thing()

    def look() -> object:
        return thing  # noqa: F821 # deleted below

    look()
    del thing
    note()


def exception_dropped() -> None:
    class Failure(Exception, Thing):
        pass

    def end() -> None:
        raise Failure

    with contextlib.suppress(Failure):
        end()
    note()


def callback_of_a_signal() -> None:
    def heard(number: int, frame: object) -> None:
        with logged():
            pass

    before = signal.signal(signal.SIGUSR1, heard)
    os.kill(os.getpid(), signal.SIGUSR1)
    signal.signal(signal.SIGUSR1, before)
    note()


def closure_counted_by_threads() -> object:
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


def argument_rebound() -> object:
    def double(number: int) -> int:
        number = number * 2
        return number

    return [double(number) for number in range(3)]


def locals_asked_for() -> object:
    first = 1
    seen = sorted(locals())
    second = first
    return seen, sorted(locals()), second


async def fail() -> None:
    with logged():
        await anyio.sleep(0)
        raise LookupError


def caught_exceptions() -> None:
    async def catch() -> None:
        with logged():
            for _ in range(2):
                with contextlib.suppress(LookupError):
                    await fail()
                await anyio.sleep(0)

    anyio.run(catch)


def cancelled() -> None:
    async def wait() -> None:
        with logged():
            await anyio.sleep_forever()

    async def cancel() -> None:
        with logged():
            async with anyio.create_task_group() as group:
                group.start_soon(wait)
                await anyio.wait_all_tasks_blocked()
                group.cancel_scope.cancel()
            await anyio.sleep(0)

    anyio.run(cancel)


def async_generator_closed() -> None:
    async def count() -> AsyncIterator[int]:
        with logged():
            yield 1
            yield 2

    async def use() -> None:
        with logged():
            async with contextlib.aclosing(count()) as numbers:  # type: ignore[type-var]
                async for _ in numbers:
                    break

    anyio.run(use)


def event_loop_in_a_worker() -> None:
    async def inner() -> None:
        with logged():
            await asyncio.sleep(0)

    def work() -> None:
        with logged():
            asyncio.run(inner())

    async def outer() -> None:
        with logged():
            for _ in range(2):
                await anyio.to_thread.run_sync(work)

    anyio.run(outer)


PROGRAMS: list[Callable[[], object]] = [
    recursion_to_the_limit,
    generator_closed,
    generator_collected,
    generator_left_in_another_thread,
    callback_of_a_weak_reference,
    finalizer_at_a_rebinding,
    finalizer_of_what_was_in_a_cell,
    exception_dropped,
    callback_of_a_signal,
    closure_counted_by_threads,
    argument_rebound,
    locals_asked_for,
    caught_exceptions,
    cancelled,
    async_generator_closed,
    event_loop_in_a_worker,
]


@pytest.fixture
def often_switched() -> Iterator[None]:
    """Let threads take turns as often as they can, and collect nothing that is not let go."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    gc.disable()
    yield
    gc.enable()
    sys.setswitchinterval(before)


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_a_program_does_what_it_does_alone_and_what_it_logs_was_recorded(
    program: Callable[[], object], often_switched: None
) -> None:
    """The same result and the same log, and the recording has its calls, order and threads."""
    if program is recursion_to_the_limit and sys.version_info < (3, 12):
        pytest.skip("Python 3.11 stops tracing the thread there, which the recording says")
    log.clear()
    alone = program()
    logged_alone = by_thread(log)
    log.clear()
    with record(limit=1_000_000) as recording:
        result = program()

    assert result == alone
    told = by_thread(log)
    assert told == logged_alone
    kinds = {"call": "call", "return": "end", "raise": "end"}
    names = {name for _, name, _ in told}
    assert told == by_thread(
        [
            (kinds[event.kind], event.function, event.lane)
            for event in recording.timeline.events
            if event.kind in kinds and event.function in names
        ]
    )


def by_thread(steps: list[tuple[str, str, int]]) -> list[tuple[str, str, int]]:
    """Number the threads in the order in which they appear."""
    numbers: dict[int, int] = {}
    return [(kind, name, numbers.setdefault(at, len(numbers))) for kind, name, at in steps]


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
