"""What recording costs: for recorded code by the event, for all other code by the ratio; and an
application in requests per second, served by uvicorn alone and recorded.

With and without are measured in turns and compared turn by turn: what else the machine does falls
on both alike. What runs in one process is measured as processor time of the thread.
"""

import importlib.util
import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, thread_time
from typing import Any

import anyio
import httpx2

import minitasks.background
import minitasks.concurrency
from minitasks import BackgroundTasks
from minitasks.timeline.record import record
from tests.docs.snippets import snippet

TURNS = 15
ENOUGH = 1_000_000  # events: no measurement comes to this limit
REQUESTS = 150

# The same code in two files, as far as the recording knows.
ADDS = """
def add(left, right):
    total = left + right
    return total
def work(times):
    for number in range(times):
        add(number, 1)
"""
APPLICATION = """
from fastapi import BackgroundTasks, Depends, FastAPI

app = FastAPI()

def session():
    yield "session"

def save(product): ...

async def notify(product): ...

@app.get("/plain")
async def plain(tasks: BackgroundTasks, session: str = Depends(session)):
    tasks.add_task(save, "book")
    tasks.add_task(notify, "book")
    return {"ordered": "book"}
"""


def adds(file: str, times: int) -> Callable[[], object]:
    names: dict[str, Any] = {}
    exec(compile(ADDS, file, "exec"), names)
    return lambda: names["work"](times)


async def nothing() -> None: ...


async def run_tasks() -> None:
    tasks = BackgroundTasks()
    for _ in range(50):
        tasks.add_task(nothing)
        tasks.add_task(len, ())
    await tasks()


def task_work() -> None:
    anyio.run(run_tasks)


def seconds(work: Callable[[], object]) -> float:
    start = thread_time()
    work()
    return thread_time() - start


def paired(work: Callable[[], object], *files: str, limit: int = ENOUGH) -> dict[str, float]:
    ratios, costs = [], []
    for _ in range(TURNS):
        without = seconds(work)
        with record(files, limit=limit) as recording:
            recorded = seconds(work)
        events = len(recording.timeline.events) + recording.timeline.dropped
        ratios.append(recorded / without)
        costs.append((recorded - without) / max(events, 1) * 1e6)
    return {"ratio": statistics.median(ratios), "microseconds": statistics.median(costs)}


def beside_viztracer(work: Callable[[], object], *files: str) -> str:
    """Compare the cost of an event with VizTracer's, which notes calls, arguments and returns."""
    if importlib.util.find_spec("viztracer") is None:
        return "VizTracer is missing"
    from viztracer import VizTracer  # type: ignore[import-untyped]

    ratios = []
    for _ in range(TURNS):
        without = seconds(work)
        with record(files, limit=ENOUGH) as recording:
            ours = seconds(work) - without
        noted = {"log_func_args": True, "log_func_retval": True, "log_async": True}
        tracer = VizTracer(verbose=0, tracer_entries=ENOUGH, **noted)
        tracer.start()
        theirs = seconds(work) - without
        tracer.stop()
        tracer.parse()
        events = sum(event["ph"] != "M" for event in tracer.data["traceEvents"])
        tracer.clear()
        ratios.append(ours / len(recording.timeline.events) / (theirs / events))
    return f"{statistics.median(ratios):.1f} times"


def requests_per_second(client: httpx2.Client) -> float:
    began = perf_counter()
    for _ in range(REQUESTS):
        client.get("/plain").raise_for_status()
    return REQUESTS / (perf_counter() - began)


def application() -> dict[str, str]:
    """Ask an application served plainly and one that is recorded, in turns."""
    with tempfile.TemporaryDirectory() as folder, snippet("production/serving.py") as serving:
        Path(folder, "shop.py").write_text(APPLICATION)
        here = ("--app-dir", folder)
        plainly = serving.served("shop:app", "uvicorn", *here)
        recorded = serving.served("shop:app", "minitasks", "run", "--rows", *here)
        with plainly as plain, recorded as watched:
            servers = (plain.client, watched.client)
            turns = [tuple(map(requests_per_second, servers)) for _ in range(5)]
    alone, beside = (statistics.median(each) for each in zip(*turns, strict=True))
    ratio = statistics.median(slow / fast for fast, slow in turns)
    return {
        "requests per second, served by uvicorn": f"{alone:.0f}",
        "requests per second, served and recorded": f"{beside:.0f}",
        "the second to the first": f"{ratio:.2f}",
    }


def measure() -> dict[str, str]:
    library = (minitasks.background.__file__, minitasks.concurrency.__file__)
    recorded_work, unrelated = adds(__file__, 2_000), adds("<unrelated>", 20_000)
    own = paired(recorded_work, __file__)
    beyond = paired(recorded_work, __file__, limit=1)
    tasks = paired(task_work, *library)
    other = paired(unrelated, *library)
    after = statistics.median(seconds(unrelated) / seconds(unrelated) for _ in range(TURNS))
    return {
        "a recorded event": f"{own['microseconds']:.1f} µs",
        "a recorded event, beside VizTracer's": beside_viztracer(recorded_work, __file__),
        "the same, of background tasks": beside_viztracer(task_work, *library),
        "an event beyond the limit": f"{beyond['microseconds']:.1f} µs",
        "code that only counts, recorded": f"{own['ratio']:.0f} times",
        "background tasks, minitasks itself recorded": f"{tasks['ratio']:.2f} times",
        "unrelated code during a recording": f"{other['ratio']:.2f} times",
        "the same against itself, after it": f"{after:.2f} times",
        **application(),
    }
