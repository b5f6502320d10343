"""On which lines the event loop was held, and by what has no name of its own."""

import re

import pytest

from tests.timeline import served_by_command
from tests.timeline.served_by_command import Findings, served_once

pytestmark = pytest.mark.slow

SHOP = """
import asyncio, time

from fastapi import Depends, FastAPI
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse

app = FastAPI()


class Both:
    def __enter__(self): time.sleep(0.1)
    def __exit__(self, *error): time.sleep(0.15)


@app.get("/two")
async def two():
    time.sleep(0.1)
    time.sleep(0.15)


@app.get("/with")
async def enters():
    with Both():
        pass


@app.get("/five")
async def five():
    time.sleep(0.06)
    time.sleep(0.3)
    time.sleep(0.2)
    time.sleep(0.07)
    time.sleep(0.25)


@app.get("/lambda")
async def of_a_lambda(user=Depends(lambda: {}["user"])): ...


@app.get("/rows")
async def rows():
    return StreamingResponse(str(1 / (2 - number)) for number in range(5))


@app.get("/own")
async def own():
    return max(1 / (2 - number) for number in range(5))


@app.get("/locks")
async def locks():
    return await run_in_threadpool(lambda: sum(range(60_000_000)))


def count():
    total = 0
    for number in range(2_000_000): total += number
    return total


@app.get("/in-turns")
async def in_turns():
    return await asyncio.gather(*(asyncio.to_thread(count) for _ in range(6)))
"""

PATHS = ("/two", "/with", "/five", "/lambda", "/rows", "/own", "/locks", "/in-turns")


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory, testrun_uid: str) -> dict[str, Findings]:
    return served_once("lines", SHOP, PATHS, tmp_path_factory, testrun_uid)


def texts(findings: Findings, kind: str) -> list[str]:
    """Give the sentences without the place of their function."""
    told = served_by_command.texts(findings, kind)
    return [re.sub(r" \(.*?\)", "", each, count=1) for each in told]


@pytest.mark.parametrize(
    ("path", "pattern"),
    [
        (
            "/two",
            r"two is async and held the event loop for \d+ ms: \d+ ms at line \d+, "
            r"`time.sleep\(0.1\)`, and \d+ ms at line \d+, `time.sleep\(0.15\)`.",
        ),
        (
            "/with",
            r"enters is async and held the event loop for \d+ ms: \d+ ms at line \d+, `def "
            r"__enter__.*0.1\)`, and \d+ ms at line \d+, `def __exit__.*0.15\)`.",
        ),
        (
            "/five",
            r"five is async and held the event loop for \d+ ms: \d+ ms at line \d+, "
            r"`time.sleep\(0.3\)`, \d+ ms at line \d+, `time.sleep\(0.2\)`, \d+ ms at line \d+, "
            r"`time.sleep\(0.25\)`, and less at 2 more.",
        ),
    ],
)
def test_each_line_that_holds_the_loop_is_told_with_its_own_time(
    told: dict[str, Findings], path: str, pattern: str
) -> None:
    """The longest three, in the order in which they ran."""
    (held,) = texts(told[path], "held")
    assert re.fullmatch(pattern, held)


def test_the_figures_have_the_longest_line_and_the_time_of_each(
    told: dict[str, Findings],
) -> None:
    """For a program that reads the JSON."""
    (held,) = (each["figures"] for each in told["/two"] if each["kind"] == "held")
    (first, its_time), (second, other_time) = held["lines"]
    assert (held["line"], held["source"]) == (second, "time.sleep(0.15)")
    assert second == first + 1
    assert its_time >= 90  # less what recording took
    assert other_time >= 135


@pytest.mark.parametrize(
    ("path", "who"),
    [("/lambda", "a lambda"), ("/rows", "a generator expression"), ("/own", "own")],
)
def test_what_a_nameless_function_raises_is_no_librarys(
    told: dict[str, Findings], path: str, who: str
) -> None:
    """It is told of the lambda where a library called it, and of an own caller otherwise."""
    (raised,) = texts(told[path], "raised")
    assert raised.startswith(f"{who} raised ")


def test_a_lambda_that_keeps_pythons_lock_is_named(told: dict[str, Findings]) -> None:
    """It runs in a thread, and nobody else can run."""
    (held,) = texts(told["/locks"], "held")
    assert held.startswith("a lambda computed in worker thread ")


def test_threads_of_python_code_that_take_turns_hold_no_lock(told: dict[str, Findings]) -> None:
    """However many they are, and however long the event loop waits among them."""
    assert texts(told["/in-turns"], "held") == []
