"""The steps that a trace function can tell apart, on coroutines and generators of every shape."""

import contextlib
import sys
import types
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator
from fnmatch import fnmatchcase
from typing import Any

import pytest

from minitasks.tracing.steps import StepReader
from tests.timeline import programs

FILES = (__file__, programs.__file__)
Steps = list[tuple[str, str]]


def steps_of(program: Callable[[], object]) -> Steps:
    """Run a program under sys.settrace; give (function, step) of all but lines."""
    reader = StepReader()
    steps: Steps = []

    def trace(frame: types.FrameType, event: str, arg: Any) -> Any:
        code = frame.f_code
        if code.co_filename not in FILES or code.co_name in ("trace", "steps_of"):
            return None
        step = reader.read(frame, event, arg)
        if step != "line" and code is not program.__code__:
            steps.append((code.co_name, step))
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        program()
    finally:
        sys.settrace(before)
    return steps


def drive(coroutine: Any) -> None:
    with contextlib.suppress(StopIteration, KeyError, ZeroDivisionError):
        while True:
            coroutine.send(None)


def throw_into(coroutine: Any) -> None:
    """Throw an exception in where it waits first, and run it to its end."""
    coroutine.send(None)
    with contextlib.suppress(StopIteration, ZeroDivisionError):
        coroutine.throw(ZeroDivisionError())
        drive(coroutine)


@types.coroutine
def pause() -> Generator[None, None, None]:
    yield


async def waits_ten_times() -> None:
    for _ in range(10):
        await pause()


async def awaits(target: Callable[[], Any]) -> object:
    result = await target()
    return result


async def has_result() -> str:
    await pause()
    return "result"


async def fails_after_waiting() -> None:
    await pause()
    raise KeyError("gone")


async def survives() -> str:
    with contextlib.suppress(ZeroDivisionError):
        await pause()
    return "result"


async def survives_and_waits() -> None:
    try:
        await pause()
    except ZeroDivisionError:
        await pause()


class Block:
    async def __aenter__(self) -> None: ...

    async def __aexit__(self, *exception: object) -> None:
        await pause()


async def cleans_up() -> None:
    try:
        await pause()
    finally:
        with contextlib.suppress(KeyError):
            raise KeyError


async def waits_in_a_block() -> None:
    async with Block():
        await pause()


async def waits_while_cleaning_up() -> None:
    try:
        await pause()
    finally:
        await pause()


CLEANING_UP = (cleans_up, waits_in_a_block, waits_while_cleaning_up)


async def counts() -> AsyncIterator[int]:
    yield 1
    await pause()
    yield 2


async def reads_counts() -> list[int]:
    return [number async for number in counts()]


def yields_for_ever() -> Generator[None, None, None]:
    while True:
        with contextlib.suppress(ZeroDivisionError):
            yield


def throw_and_close(generator: Generator[None, None, None]) -> None:
    next(generator)
    generator.throw(ZeroDivisionError())
    generator.close()


def delegates() -> Generator[None, None, None]:
    yield from yields_for_ever()


async def yields_in_a_block() -> AsyncGenerator[None, None]:
    async with Block():
        yield


async def throws_into_the_block() -> None:
    generator = yields_in_a_block()
    await anext(generator)
    await generator.athrow(ZeroDivisionError())


FAILS = "call suspend resume exception raise"
GOES_ON = "call suspend resume exception suspend * raise"
CLEANS_UP = "call suspend resume exception * raise"
# What happens; the program; the steps of some of its functions, "*" for any.
CASES: dict[str, tuple[Callable[[], object], dict[str, str]]] = {
    "ten awaits that wait are ten suspends and resumes of one call": (
        lambda: drive(waits_ten_times()),
        {"waits_ten_times": f"call{10 * ' suspend resume'} return"},
    ),
    "a StopIteration that a __next__ raises itself is an exception": (
        programs.failing_iterator,
        {"__next__": "call exception raise"},
    ),
    "an exception ends the frame that raises it and the frame that awaits it": (
        lambda: drive(awaits(fails_after_waiting)),
        {"fails_after_waiting": "* exception raise", "awaits": FAILS},
    ),
    "an exception thrown in at an await is a resume, and no suspend": (
        lambda: throw_into(awaits(pause)),
        {"awaits": FAILS, "pause": FAILS},
    ),
    "a thrown exception that is handled leads on to the next suspend": (
        lambda: throw_into(survives_and_waits()),
        {"survives_and_waits": "call suspend resume exception suspend resume return"},
    ),
    "the yield at which an exception was handled is a suspend again": (
        lambda: throw_and_close(yields_for_ever()),
        {"yields_for_ever": GOES_ON},
    ),
    "what is thrown into a delegating generator reaches the inner one": (
        lambda: throw_and_close(delegates()),
        {"yields_for_ever": GOES_ON, "delegates": FAILS},
    ),
    "neither an exception on the way nor a with or a finally that waits makes an end a suspend": (
        lambda: [*map(throw_into, (target() for target in CLEANING_UP))],
        {target.__name__: CLEANS_UP for target in CLEANING_UP},
    ),
    "what was thrown in at a yield is not forgotten while the cleanup suspends": (
        lambda: drive(throws_into_the_block()),
        {"yields_in_a_block": "call suspend resume exception suspend resume raise"},
    ),
    "a generator's yields are suspends, the end of its loop is a return": (
        lambda: list(programs.count_to(2)),
        {"count_to": "call suspend resume suspend resume return"},
    ),
    "an async generator suspends at yield and at await": (
        lambda: drive(reads_counts()),
        {"counts": f"call{3 * ' suspend resume'} return"},
    ),
    "the StopIteration that carries an awaited result is no exception": (
        lambda: drive(awaits(has_result)),
        {"awaits": "call suspend resume handover return"},
    ),
    "a return, whichever instruction carries it, is no raise": (
        lambda: (programs.add(1, 2), programs.hold(1)),
        {"add": "call return", "hold": "call return"},
    ),
}


@pytest.mark.parametrize(("program", "expected"), CASES.values(), ids=CASES)
def test_each_call_is_told_from_its_beginning_to_its_end(
    program: Callable[[], object], expected: dict[str, str]
) -> None:
    """One call, a suspend and a resume for each wait, and the end that it has."""
    steps = steps_of(program)
    for function, pattern in expected.items():
        left_out = "" if "handover" in pattern else "handover"
        found = [step for name, step in steps if name == function and step != left_out]
        assert fnmatchcase(" ".join(found), pattern), found
        assert found.count("suspend") == found.count("resume")


def test_an_awaiting_caller_suspends_and_resumes_with_what_it_awaits() -> None:
    """A suspend goes outwards through the awaiters, a resume inwards."""
    steps = steps_of(lambda: drive(awaits(pause)))
    assert [pair for pair in steps if pair[0] != "drive" and pair[1] != "handover"] == [
        ("awaits", "call"),
        ("pause", "call"),
        ("pause", "suspend"),
        ("awaits", "suspend"),
        ("awaits", "resume"),
        ("pause", "resume"),
        ("pause", "return"),
        ("awaits", "return"),
    ]


def test_a_result_handed_over_behind_a_throw_is_no_exception() -> None:
    """What was thrown into the awaited coroutine, which survives it, does not reach the awaiter."""
    steps = [
        step for name, step in steps_of(lambda: throw_into(awaits(survives))) if name == "awaits"
    ]
    assert "exception" not in steps
    assert steps[-1] == "return"
