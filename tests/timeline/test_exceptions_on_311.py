"""What Python 3.11's trace function is not told: what is raised again, and a recursion's limit."""

import contextlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from minitasks.timeline.record import record
from tests.timeline.served_by_command import served


def find(number: int) -> None:
    raise KeyError(number)


def handled() -> None:
    with contextlib.suppress(KeyError):
        find(2)


def in_finally() -> None:
    try:
        find(1)
    finally:
        try:  # noqa: SIM105  # a handler is not the same to the trace function
            find(2)
        except KeyError:
            pass


def raised_bare() -> None:
    try:
        find(1)
    except KeyError:
        with contextlib.suppress(KeyError):
            find(2)
        raise


class Closing:
    """A context manager whose end handles an exception."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, *exception: object) -> None:
        handled()


def out_of_with() -> None:
    try:
        with Closing():
            find(1)
    finally:
        for number in (2, 3):
            try:
                find(number)
            except KeyError:
                continue


def by_another_function() -> None:
    def again() -> None:
        with contextlib.suppress(KeyError):
            find(2)
        raise

    try:
        find(1)
    except KeyError:
        again()


def thrown_into_a_generator() -> None:
    def numbers() -> Iterator[int]:
        try:
            yield 1
        finally:
            with contextlib.suppress(KeyError):
                find(2)

    begun = numbers()
    next(begun)
    begun.throw(KeyError(1))  # type: ignore[attr-defined]


def the_later_one() -> None:
    try:
        find(2)
    except KeyError:
        find(1)


@pytest.mark.parametrize(
    "program",
    [
        in_finally,
        raised_bare,
        out_of_with,
        by_another_function,
        thrown_into_a_generator,
        the_later_one,
    ],
)
def test_of_two_exceptions_the_one_that_leaves_is_told(program: Callable[[], None]) -> None:
    """Where another one was handled meanwhile, in a `finally` or in an `except`."""
    with record() as recording, pytest.raises(KeyError) as caught:
        program()
    assert repr(caught.value) == "KeyError(1)"
    names = (program.__name__, "again", "numbers")
    left = [
        event.text
        for event in recording.timeline.events
        if event.kind == "raise" and event.function.endswith(names)
    ]
    assert {*left} == {"KeyError(1)"}


RECURSION = """
import fastapi
app = fastapi.FastAPI()

def walk(number):
    return walk(number + 1)

def safe(number):
    try:
        return safe(number + 1)
    except RecursionError:
        return number

def mail(): pass

@app.get("/loop")
async def on_loop():
    return walk(0)

@app.get("/worker")
def in_worker():
    return walk(0)

@app.get("/handled")
async def handled(tasks: fastapi.BackgroundTasks):
    tasks.add_task(mail)
    return safe(0)

@app.get("/sync")
def sync(): pass
"""


def test_requests_after_a_recursion_are_recorded(tmp_path: Path) -> None:
    """On the event loop and in worker threads; who raised is told, and that steps are missing."""
    paths = ("/loop", "/loop", "/worker", "/worker", "/handled", "/handled")
    *of_each, of_last = served(tmp_path, RECURSION, *paths, "/sync")
    for path, told in zip(paths, of_each, strict=True):
        raised = [each["text"] for each in told if each["kind"] == "raised"]
        assert all("the answer was 500, and it reached the server" in text for text in raised)
        assert ["walk" in text for text in raised] == [True] * (path != "/handled")
        is_cut = "cut short" in {each["kind"] for each in told}
        assert is_cut == (sys.version_info < (3, 12))
        assert ("mail" in str(told)) == (path == "/handled")
    assert [each["figures"]["function"] for each in of_last if each["kind"] == "ran"] == ["sync"]
