"""A recorded program does what it does unrecorded: closures, cells, finalizers, weak references."""

import gc
import sys
import threading
import weakref
from collections.abc import Callable

import pytest

from minitasks.timeline.record import record


class Failure(Exception):
    pass


class Thing:
    pass


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


def finalizer_runs_at_del() -> object:
    heard: list[str] = []
    thing = Thing()
    weakref.finalize(thing, heard.append, "gone")
    del thing
    heard.append("behind del")
    return heard


def finalizer_runs_at_rebinding() -> object:
    thing: object = Thing()
    gone = weakref.ref(thing)
    thing = None
    return gone() is None


def exception_is_dropped() -> object:
    def fail() -> None:
        raise Failure

    gone = None
    try:
        fail()
    except Failure as error:
        gone = weakref.ref(error)
    return gone is not None and gone() is None


def cell_is_emptied() -> object:
    thing = Thing()
    gone = weakref.ref(thing)

    def look() -> object:
        return thing  # noqa: F821 # deleted below

    look()
    del thing
    return gone() is None


def argument_is_rebound() -> object:
    def double(number: int) -> int:
        number = number * 2
        return number

    return [double(number) for number in range(3)]


def generator_is_closed() -> object:
    heard: list[str] = []

    def numbers() -> object:
        thing = Thing()
        weakref.finalize(thing, heard.append, "gone")
        try:
            yield 1
        finally:
            heard.append("closed")

    made = numbers()
    next(made)  # type: ignore[call-overload]
    del made
    return heard


def locals_are_asked_for() -> object:
    first = 1
    seen = sorted(locals())
    second = first
    return seen, sorted(locals()), second


PROGRAMS: list[Callable[[], object]] = [
    closure_counted_by_threads,
    finalizer_runs_at_del,
    finalizer_runs_at_rebinding,
    exception_is_dropped,
    cell_is_emptied,
    argument_is_rebound,
    generator_is_closed,
    locals_are_asked_for,
]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_a_recorded_program_does_what_it_does_alone(program: Callable[[], object]) -> None:
    """Its result is the same, also where threads take turns as often as they can."""
    if sys.version_info < (3, 12) and sys.gettrace() is not None:
        pytest.skip("another tracer is at work")
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    gc.disable()
    try:
        alone = program()
        with record([__file__], limit=1_000_000):
            recorded = program()
    finally:
        gc.enable()
        sys.setswitchinterval(before)
    assert recorded == alone


class Noisy:
    def __del__(self) -> None:
        pass


def make_and_delete() -> None:
    noisy = Noisy()
    del noisy


def test_a_finalizer_runs_where_the_program_runs_it() -> None:
    """No reading of variables keeps an object alive, so its `__del__` is seen, at the `del`."""
    if sys.version_info < (3, 12) and sys.gettrace() is not None:
        pytest.skip("another tracer is at work")
    with record([__file__]) as recording:
        make_and_delete()
    calls = [event.function for event in recording.timeline.events if event.kind == "call"]
    assert calls == ["make_and_delete", "Noisy.__del__"]
