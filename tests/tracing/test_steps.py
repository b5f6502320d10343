"""The steps that a trace function can tell apart, on coroutines and generators of every shape."""

import contextlib
import sys
import types
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Iterator
from typing import Any

import pytest

from minitasks.tracing.steps import StepReader

Steps = list[tuple[str, str]]


def steps_of(program: Callable[[], object]) -> Steps:
    """Run the program under sys.settrace; give (function, step) of all but lines, in this file."""
    reader = StepReader()
    steps: Steps = []

    def trace(frame: types.FrameType, event: str, arg: Any) -> Any:
        if frame.f_code.co_filename != __file__ or frame.f_code.co_name in ("trace", "steps_of"):
            return None
        step = reader.read(frame, event, arg)
        if step != "line" and frame.f_code is not program.__code__:
            steps.append((frame.f_code.co_name, step))
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        program()
    finally:
        sys.settrace(before)
    return steps


@types.coroutine
def pause() -> Generator[str, None, None]:
    yield "pause"


def drive(coroutine: Any) -> None:
    with contextlib.suppress(StopIteration):
        while True:
            coroutine.send(None)


async def waits_ten_times() -> str:
    for _ in range(10):
        await pause()
    return "done"


async def awaits(target: Callable[[], Any]) -> object:
    result = await target()
    return result


async def fails_after_waiting() -> None:
    await pause()
    raise KeyError("gone")


async def survives_cancellation() -> None:
    try:
        await pause()
    except ZeroDivisionError:
        await pause()


class Block:
    async def __aenter__(self) -> None: ...

    async def __aexit__(self, *exception: object) -> None:
        await bare_pause()


@types.coroutine
def bare_pause() -> Generator[None, None, None]:
    yield


async def cleans_up() -> None:
    try:
        await bare_pause()
    finally:
        with contextlib.suppress(KeyError):
            raise KeyError


async def waits_in_a_block() -> None:
    async with Block():
        await bare_pause()


async def waits_while_cleaning_up() -> None:
    try:
        await bare_pause()
    finally:
        await bare_pause()


async def counts() -> AsyncIterator[int]:
    yield 1
    await pause()
    yield 2


async def reads_counts() -> None:
    async for _ in counts():
        pass


def yields_twice() -> Iterator[int]:
    yield 1
    yield 2


def yields_for_ever() -> Generator[None, None, None]:
    while True:
        with contextlib.suppress(ZeroDivisionError):
            yield


async def yields_in_a_block() -> AsyncGenerator[None, None]:
    async with Block():
        yield


async def throws_into_the_block() -> None:
    generator = yields_in_a_block()
    await anext(generator)
    await generator.athrow(ZeroDivisionError())


def delegates() -> Generator[None, None, None]:
    yield from yields_for_ever()


class StopsByItself:
    def __iter__(self) -> "StopsByItself":
        return self

    def __next__(self) -> int:
        raise StopIteration


def of(name: str, steps: Steps) -> list[str]:
    """Keep the steps of one function."""
    return [step for function, step in steps if function == name]


def test_a_coroutine_resumed_ten_times_is_called_once() -> None:
    """Ten awaits that wait are ten suspends and ten resumes, of one call with one return."""

    def program() -> None:
        drive(waits_ten_times())

    steps = [step for step in of("waits_ten_times", steps_of(program)) if step != "handover"]

    assert steps == ["call", *["suspend", "resume"] * 10, "return"]


def test_an_awaiting_caller_suspends_and_resumes_with_what_it_awaits() -> None:
    """A suspend goes outwards through the awaiters, a resume inwards."""

    def program() -> None:
        drive(awaits(pause))

    steps = [pair for pair in steps_of(program) if pair[0] in ("awaits", "pause")]

    assert [pair for pair in steps if pair[1] != "handover"] == [
        ("awaits", "call"),
        ("pause", "call"),
        ("pause", "suspend"),
        ("awaits", "suspend"),
        ("awaits", "resume"),
        ("pause", "resume"),
        ("pause", "return"),
        ("awaits", "return"),
    ]


def test_a_result_handed_over_is_no_exception() -> None:
    """The StopIteration that carries an awaited result is told from an exception."""

    async def with_result() -> str:
        await pause()
        return "result"

    def program() -> None:
        drive(awaits(with_result))

    assert of("awaits", steps_of(program)) == [
        "call",
        "suspend",
        "resume",
        "handover",
        "return",
    ]


def test_a_result_handed_over_behind_a_throw_is_no_exception() -> None:
    """What was thrown into the awaited coroutine, which survives it, does not reach the awaiter."""

    async def survives() -> str:
        with contextlib.suppress(ZeroDivisionError):
            await pause()
        return "result"

    def program() -> None:
        coroutine = awaits(survives)
        coroutine.send(None)
        with contextlib.suppress(StopIteration):
            coroutine.throw(ZeroDivisionError())

    steps = of("awaits", steps_of(program))

    assert "exception" not in steps
    assert steps[-1] == "return"


def test_a_stop_iteration_raised_by_code_is_an_exception() -> None:
    """A StopIteration that a `__next__` raises itself is not mistaken for a handover."""

    def program() -> None:
        list(StopsByItself())

    assert of("__next__", steps_of(program)) == ["call", "exception", "raise"]


def test_a_failure_leaves_each_frame_by_raise() -> None:
    """An exception ends the frame that raises it and the frame that awaits it."""

    def program() -> None:
        with pytest.raises(KeyError):
            drive(awaits(fails_after_waiting))

    steps = steps_of(program)

    assert of("fails_after_waiting", steps)[-2:] == ["exception", "raise"]
    assert of("awaits", steps) == ["call", "suspend", "resume", "exception", "raise"]


def test_cancelling_a_waiting_coroutine_resumes_it_and_raises() -> None:
    """An exception thrown in at an await is a resume, and not a suspend at the same instruction."""

    def program() -> None:
        coroutine = awaits(pause)
        coroutine.send(None)
        with pytest.raises(ZeroDivisionError):
            coroutine.throw(ZeroDivisionError())

    steps = steps_of(program)

    for name in ("awaits", "pause"):
        assert of(name, steps) == ["call", "suspend", "resume", "exception", "raise"]


def test_a_coroutine_that_survives_cancellation_suspends_again() -> None:
    """A thrown exception that is handled leads on to the next suspend and a return."""

    def program() -> None:
        coroutine = survives_cancellation()
        coroutine.send(None)
        coroutine.throw(ZeroDivisionError())
        drive(coroutine)

    steps = [step for step in of("survives_cancellation", steps_of(program)) if step != "handover"]

    assert steps == ["call", "suspend", "resume", "exception", "suspend", "resume", "return"]


def test_a_generator_that_handles_what_is_thrown_suspends_at_the_same_yield() -> None:
    """The yield at which an exception was handled is a suspend when it is reached again."""

    def program() -> None:
        generator = yields_for_ever()
        next(generator)
        generator.throw(ZeroDivisionError())
        generator.close()

    steps = of("yields_for_ever", steps_of(program))

    assert steps[:5] == ["call", "suspend", "resume", "exception", "suspend"]
    assert steps[-1] == "raise"


@pytest.mark.parametrize("target", [cleans_up, waits_in_a_block, waits_while_cleaning_up])
def test_a_cancelled_coroutine_that_cleans_up_is_left_by_raise(target: Callable[[], Any]) -> None:
    """What a with or a finally does on the way does not make its end look like a suspend."""

    def program() -> None:
        coroutine = target()
        coroutine.send(None)
        with contextlib.suppress(ZeroDivisionError):
            coroutine.throw(ZeroDivisionError())
            drive(coroutine)

    steps = [step for step in of(target.__name__, steps_of(program)) if step != "handover"]

    assert steps[:4] == ["call", "suspend", "resume", "exception"]
    assert steps[-1] == "raise"
    assert steps.count("suspend") == steps.count("resume")


def test_an_async_generator_that_waits_while_cleaning_up_is_left_by_raise() -> None:
    """What was thrown in at a yield is not forgotten while the cleanup itself suspends."""

    def program() -> None:
        with contextlib.suppress(ZeroDivisionError):
            drive(throws_into_the_block())

    steps = [step for step in of("yields_in_a_block", steps_of(program)) if step != "handover"]

    assert steps == [
        "call",
        "suspend",
        "resume",
        "exception",
        "suspend",
        "resume",
        "raise",
    ]


def test_an_exception_thrown_through_a_delegating_generator_reaches_the_inner_one() -> None:
    """The inner generator handles what is thrown into the outer one, which stays suspended."""

    def program() -> None:
        generator = delegates()
        next(generator)
        generator.throw(ZeroDivisionError())
        generator.close()

    steps = steps_of(program)

    assert of("yields_for_ever", steps)[:5] == ["call", "suspend", "resume", "exception", "suspend"]
    assert of("delegates", steps) == ["call", "suspend", "resume", "exception", "raise"]


def test_a_generator_is_called_once() -> None:
    """A generator's yields are suspends; the end of its loop is a return."""

    def program() -> None:
        list(yields_twice())

    assert of("yields_twice", steps_of(program)) == [
        "call",
        "suspend",
        "resume",
        "suspend",
        "resume",
        "return",
    ]


def test_an_async_generator_suspends_at_yield_and_at_await() -> None:
    """Whether it yields a value or waits, an async generator suspends; its end is a return."""

    def program() -> None:
        drive(reads_counts())

    steps = [step for step in of("counts", steps_of(program)) if step != "handover"]

    assert steps == ["call", *["suspend", "resume"] * 3, "return"]


def test_every_version_has_the_instructions_that_are_told_apart() -> None:
    """A plain call is no resume, and a return, whichever instruction carries it, is no raise."""

    def returns_a_constant() -> int:
        return 1

    def returns_a_value() -> list[int]:
        return [returns_a_constant()]

    def program() -> None:
        returns_a_value()

    assert steps_of(program) == [
        ("returns_a_value", "call"),
        ("returns_a_constant", "call"),
        ("returns_a_constant", "return"),
        ("returns_a_value", "return"),
    ]
