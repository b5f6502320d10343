"""Long loops and deep recursions: the request is told all the same, and nothing false of it.

The applications are served by the command, in a process of its own.
"""

import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from minitasks.cli import cli
from tests.timeline.served_by_command import Findings, figures, served_once, texts

pytestmark = pytest.mark.slow

LOOPS = """
import asyncio, contextlib, inspect, time

from fastapi import BackgroundTasks, FastAPI

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

@contextlib.asynccontextmanager
async def lifespan(app):
    task = asyncio.create_task(beat())
    yield
    task.cancel()

app = FastAPI(lifespan=lifespan)

def add_up(count):
    total = 0
    for number in range(count):
        total += number
    return total

calls = []

def fib(n):
    calls.append(n)
    if len(calls) == 3_000:
        time.sleep(0.5)
    return n if n < 2 else fib(n - 1) + fib(n - 2)

async def called(count: int):
    total = add_up(count)
    return total

async def own(count: int):
    for _ in range(count): pass
    time.sleep(0.2)

async def sort(count: int):
    return len(sorted(range(count), key=lambda number: -number))

async def squares(count: int):
    return sum(number * number for number in range(count))

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

async def awaited(count: int):
    for _ in range(count):
        await at_once()

async def at_once(): ...

async def then_a_task(count: int, tasks: BackgroundTasks):
    for _ in range(count):
        at_last()
    tasks.add_task(at_last, True)
    await asyncio.to_thread(at_last, True)

def at_last(is_last=False):
    if is_last:
        time.sleep(0.01)

async def recursion(count: int):
    return fib(count)

async def late(count: int):
    for number in range(count):
        await check(number, count - 1)

async def check(number, last):
    await asyncio.sleep(0)
    if number == last:
        time.sleep(0.2)
        raise ValueError("the last one")

async def thrown(count: int):
    caught = 0
    for _ in range(count):
        try:
            async with asyncio.timeout(0):
                await asyncio.sleep(1)
        except TimeoutError:
            caught += 1
    return caught

async def quick(count: int): await is_idle.wait()

async def waits(count: int):
    begun.set()
    await asyncio.sleep(0)
    await asyncio.sleep(0)

for name, function in [*globals().items()]:
    if inspect.isfunction(function) and inspect.iscoroutinefunction(function):
        app.get(f"/{name}/{{count}}")(function)
"""

# Python 3.11 tells the recorder of each call to the end: there it takes ten times as long.
MANY = 600_000 if sys.version_info < (3, 12) else 4_000_000
AGAIN = (f"/awaited/{MANY // 4}", f"/squares/{MANY}", f"/squares/{MANY}?again", f"/sort/{MANY}")
BEATING = [f"/{name}/{turn}" for turn in range(3) for name in ("quick", "waits")]
# What is long comes first: the more is kept, the longer a garbage collection holds the loop.
PATHS = (
    *(AGAIN[0], "/recursion/16", *AGAIN[1:], "/own/5000", "/own/1", "/sort/4000"),
    *(
        "/late/1500",
        "/thrown/700",
        "/rows/10000",
        "/then_a_task/10000",
        "/called/5000000",
        *BEATING,
    ),
)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory, testrun_uid: str) -> dict[str, Findings]:
    return served_once("loops", LOOPS, PATHS, tmp_path_factory, testrun_uid)


@pytest.mark.parametrize(
    ("path", "kind", "names", "told_of"),
    [
        # No line is blamed where steps are left out: what comes behind may take the time.
        ("/own/5000", "held", ["function", "source"], [("own", None)]),
        ("/own/5000", "left out", ["function"], [("own",)]),
        ("/own/1", "held", ["function", "source"], [("own", "time.sleep(0.2)")]),
        ("/own/1", "left out", ["function"], []),
        # The time of recording is not the program's: alone, it takes some milliseconds.
        ("/sort/4000", "held", ["function"], []),
        # A long loop in a function is told by its caller's line.
        ("/called/5000000", "held", ["function", "source"], [("called", "total = add_up(count)")]),
        ("/called/5000000", "left out", ["function"], [("add_up",)]),
        # What is handed over to a task or to a thread is watched again.
        ("/then_a_task/10000", "sent", ["function"], [("at_last",)]),
        # A deep recursion is told by its caller's line, of 3,193 calls.
        ("/recursion/16", "held", ["function", "source"], [("recursion", "return fib(count)")]),
        ("/recursion/16", "left out", ["function"], [("fib",)]),
        # What is thrown into a long loop does not end it: it catches a timeout at each turn.
        ("/thrown/700", "left out", ["function"], [("thrown",)]),
        ("/thrown/700", "raised", ["function"], []),
        # What is long or new is told however late it comes: the last of 1,500 calls.
        ("/late/1500", "held", ["function", "line"], [("check", None)]),
        ("/late/1500", "raised", ["function"], [("check",)]),
        # What beats for no request is counted anew with each: it is told of as long as it runs.
        *[(path, "held up", ["function"], [("beat",)]) for path in BEATING[1::2]],
    ],
)
def test_it_is_told_all_the_same(
    told: dict[str, Findings], path: str, kind: str, names: list[str], told_of: list[object]
) -> None:
    """What held the loop, what was raised, what was left out: this, and nothing else."""
    assert figures(told[path], kind, *names) == told_of


@pytest.mark.parametrize("path", AGAIN)
def test_what_is_called_again_and_again_holds_the_loop(
    told: dict[str, Findings], path: str
) -> None:
    """A generator expression, a key: none has a name, and recording each step takes its time."""
    ((function, source),) = figures(told[path], "held", "function", "source")
    assert function in ("squares", "sort", "awaited")
    assert source is None or source.startswith("return ")
    left_out = [text.partition(" (")[0] for text in texts(told[path], "left out")]
    assert {"a generator expression", "a lambda", "at_once"} & set(left_out)


def test_what_is_no_longer_watched_is_no_other_exception(told: dict[str, Findings]) -> None:
    """Of 10,000 rows half are caught, alike and told together; what reaches the server is none."""
    caught, *others = (each for each in told["/rows/10000"] if each["kind"] == "raised")
    assert "parse (" in caught["text"]
    assert "raised ValueError('row 1'): the server did not see it. At least" in caught["text"]
    reached = [each["figures"]["error"] for each in others if "reached" in each["text"]]
    assert reached == ["KeyError"]


def test_what_was_called_too_often_is_seen_again_as_a_task_and_in_a_thread(
    told: dict[str, Findings],
) -> None:
    """Where work is handed over, all is watched again."""
    ((function, lanes),) = figures(told["/then_a_task/10000"], "ran", "function", "lanes")[1:]
    assert function == "at_last"
    assert lanes[0] == "event loop"
    assert [each.rpartition(" ")[0] for each in lanes[1:]] == ["worker thread"] * 2


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
    program = tmp_path / "program.py"
    program.write_text(PROGRAM.replace("100_000", str(count)))
    done = CliRunner(env={"COLUMNS": "80"}).invoke(cli, ["run", "--rows", str(program)])
    total = count * (count - 1) // 2
    assert done.stdout.startswith(f"{total}\n")
    (end,) = (line.split() for line in done.stdout.splitlines() if "add_up returns" in line)
    assert end[-1] == str(total)
    assert ("2,000 steps of add_up" in done.stdout) == (count > 10)
    assert "recording was full" not in done.stdout
