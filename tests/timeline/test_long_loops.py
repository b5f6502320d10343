"""Long loops and deep recursions: the request is told all the same, and nothing false of it.

Each application is served by the command, in a process of its own.
"""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.timeline.served_by_command import served

LOOPS = """
import asyncio, contextlib, time

from fastapi import BackgroundTasks, FastAPI

app = FastAPI()


def add_up(count):
    total = 0
    for number in range(count):
        total += number
    return total


calls = []


def fib(n):
    calls.append(n)
    if len(calls) == 3_000:
        time.sleep(0.2)
    return n if n < 2 else fib(n - 1) + fib(n - 2)


@app.get("/called/{count}")
async def called(count: int):
    total = add_up(count)
    return total


@app.get("/own/{count}")
async def own(count: int):
    for _ in range(count): pass
    time.sleep(0.2)


@app.get("/sorted/{count}")
async def in_order(count: int):
    return len(sorted(range(count), key=lambda number: -number))


@app.get("/sum/{count}")
async def sum_up(count: int):
    return sum(number * number for number in range(count))


@app.get("/rows/{count}")
async def rows(count: int):
    for number in range(count):
        with contextlib.suppress(ValueError):
            parse(number)
    parse("the last one")


def parse(number):
    if number == "the last one":
        raise KeyError(number)
    if number % 2:
        raise ValueError(f"row {number}")


@app.get("/awaited/{count}")
async def awaited(count: int):
    for _ in range(count):
        await at_once()


async def at_once(): ...


@app.get("/then-a-task/{count}")
async def then_a_task(count: int, tasks: BackgroundTasks):
    for _ in range(count):
        at_last()
    tasks.add_task(at_last, True)
    await asyncio.to_thread(at_last, True)


def at_last(is_last=False):
    if is_last:
        time.sleep(0.01)


@app.get("/recursion/{n}")
async def recursion(n: int):
    return fib(n)


@app.get("/late/{count}")
async def late(count: int):
    for number in range(count):
        await check(number, count - 1)


async def check(number, last):
    await asyncio.sleep(0)
    if number == last:
        time.sleep(0.2)
        raise ValueError("the last one")


@app.get("/thrown/{count}")
async def thrown(count: int):
    caught = 0
    for _ in range(count):
        try:
            async with asyncio.timeout(0):
                await asyncio.sleep(1)
        except TimeoutError:
            caught += 1
    return caught
"""


def figures(findings: list[Any], kind: str, *names: str) -> list[tuple[Any, ...]]:
    return [
        tuple(each["figures"].get(name) for name in names)
        for each in findings
        if each["kind"] == kind
    ]


def test_a_long_loop_is_told_by_its_callers_line(tmp_path: Path) -> None:
    """Its request is shown; of the loop's function some steps are left out, and that is said."""
    (findings,) = served(tmp_path, LOOPS, "/called/5000000", slow=1)
    held = dict(figures(findings, "held", "function", "source"))
    assert held["called"] == "total = add_up(count)"
    assert "add_up" not in held
    assert figures(findings, "left out", "function") == [("add_up",)]


def test_no_line_is_blamed_where_steps_are_left_out(tmp_path: Path) -> None:
    """What comes behind a loop in the same function may take the time: the next call tells it."""
    long, short = served(tmp_path, LOOPS, "/own/5000", "/own/1")
    assert figures(long, "held", "function", "source") == [("own", None)]
    assert figures(short, "held", "function", "source") == [("own", "time.sleep(0.2)")]
    assert [figures(each, "left out", "function") for each in (long, short)] == [[("own",)], []]


def test_the_time_of_recording_is_not_the_programs(tmp_path: Path) -> None:
    """What takes some milliseconds alone, and a hundred while each of its steps is recorded."""
    (findings,) = served(tmp_path, LOOPS, "/sorted/15000")
    assert figures(findings, "held", "function") == []


# Python 3.11 tells the recorder of each call to the end: there it takes ten times as long.
MANY = 600_000 if sys.version_info < (3, 12) else 4_000_000


@pytest.mark.parametrize(
    "paths", [[f"/sum/{MANY}", f"/sum/{MANY}"], [f"/sorted/{MANY}"], [f"/awaited/{MANY // 4}"]]
)
def test_what_is_called_again_and_again_holds_the_loop(tmp_path: Path, paths: list[str]) -> None:
    """A generator expression, a key: none has a name, and recording each step takes its time."""
    for findings in served(tmp_path, LOOPS, *paths):
        ((function, source),) = figures(findings, "held", "function", "source")
        assert function in ("sum_up", "in_order", "awaited")
        assert source is None or source.startswith("return ")
        left_out = [
            each["text"].partition(" (")[0] for each in findings if each["kind"] == "left out"
        ]
        assert {"a generator expression", "a lambda", "at_once"} & set(left_out)


def test_what_is_no_longer_watched_is_no_other_exception(tmp_path: Path) -> None:
    """Of 40,000 rows half are caught, alike and told together; what reaches the server is none."""
    (findings,) = served(tmp_path, LOOPS, "/rows/40000")
    caught, *others = (each for each in findings if each["kind"] == "raised")
    assert "parse (" in caught["text"]
    assert "raised ValueError('row 1'): the server did not see it. At least" in caught["text"]
    reached = [each["figures"]["error"] for each in others if "reached" in each["text"]]
    assert reached == ["KeyError"]


def test_what_was_called_too_often_is_seen_again_as_a_task_and_in_a_thread(tmp_path: Path) -> None:
    """Where work is handed over, all is watched again."""
    (findings,) = served(tmp_path, LOOPS, "/then-a-task/30000")
    (lanes,) = figures(findings, "ran", "function", "lanes")[1:]
    assert lanes == ("at_last", ["event loop", "worker thread 1", "worker thread 2"])
    assert figures(findings, "sent", "function") == [("at_last",)]


def test_a_deep_recursion_is_told_by_its_callers_line(tmp_path: Path) -> None:
    """Of 3,193 calls the first ones are shown, and that which takes the time."""
    (findings,) = served(tmp_path, LOOPS, "/recursion/16")
    assert figures(findings, "held", "function", "source") == [("recursion", "return fib(n)")]
    assert figures(findings, "left out", "function") == [("fib",)]


def test_what_is_thrown_into_a_long_loop_does_not_end_it(tmp_path: Path) -> None:
    """A loop that catches a timeout at each turn returns, and raises nothing."""
    (findings,) = served(tmp_path, LOOPS, "/thrown/700")
    assert figures(findings, "left out", "function") == [("thrown",)]
    assert not figures(findings, "raised", "function")


def test_what_is_long_or_new_is_told_however_late_it_comes(tmp_path: Path) -> None:
    """Of 1,500 calls the last blocks, and raises: its slice and its exception are recorded."""
    (findings,) = served(tmp_path, LOOPS, "/late/1500")
    assert figures(findings, "held", "function", "line") == [("check", None)]
    assert figures(findings, "raised", "function") == [("check",)]


PROGRAM = """
def add(left, right):
    return left + right

def add_up(count):
    total = 0
    for number in range(count):
        total = add(total, number)
    return total

print(add_up(100_000))
"""


@pytest.mark.parametrize("count", [10, 100_000])
def test_a_program_with_a_long_loop_is_recorded_to_its_end(tmp_path: Path, count: int) -> None:
    """It prints what it prints, and only of a long one something is left out."""
    (tmp_path / "program.py").write_text(PROGRAM.replace("100_000", str(count)))
    command = [sys.executable, "-m", "minitasks", "run", "--rows", "program.py"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=60)
    total = count * (count - 1) // 2
    assert done.stdout.startswith(f"{total}\n")
    (end,) = (line.split() for line in done.stdout.splitlines() if "add_up returns" in line)
    assert end[-1] == str(total)
    assert ("2,000 steps of add_up" in done.stdout) == (count > 10)
    assert "recording was full" not in done.stdout


BEATING = """
import asyncio, time
from contextlib import asynccontextmanager

from fastapi import FastAPI

begun, is_idle = asyncio.Event(), asyncio.Event()


async def beat():
    while True:
        for _ in range(1_000):
            await asyncio.sleep(0)
        is_idle.set()
        await begun.wait()
        begun.clear()
        is_idle.clear()
        time.sleep(0.2)


@asynccontextmanager
async def lifespan(app):
    task = asyncio.create_task(beat())
    yield
    task.cancel()


app = FastAPI(lifespan=lifespan)


@app.get("/quick")
async def quick():
    await is_idle.wait()


@app.get("/waits")
async def waits():
    begun.set()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
"""


def test_what_beats_for_no_request_is_told_of_as_long_as_it_runs(tmp_path: Path) -> None:
    """Its steps are counted anew with each request: the last one that it holds up says so."""
    told = served(tmp_path, BEATING, "/quick", "/waits", "/quick", "/waits", "/quick", "/waits")
    held_up = [figures(findings, "held up", "function") for findings in told[1::2]]
    assert held_up == [[("beat",)]] * 3
