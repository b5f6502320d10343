"""What recording costs: for recorded code by the event, for all other code by the ratio.

With and without are measured in turns in one process, each time as processor time of the thread,
and compared turn by turn: what else the machine does falls on both alike.
"""

import importlib.util
import statistics
from collections.abc import Callable
from time import thread_time
from typing import Any

import anyio

import minitasks.background
import minitasks.concurrency
from minitasks import BackgroundTasks
from minitasks.timeline.record import record

TURNS = 15
STEPS = 2_000
ENOUGH = 1_000_000  # events: no measurement comes to this limit


def add(left: int, right: int) -> int:
    total = left + right
    return total


def recorded_work() -> None:
    for number in range(STEPS):
        add(number, 1)


# The same code, in a file of its own as far as the recording knows.
UNRELATED = """
def add(left, right):
    total = left + right
    return total
def work():
    for number in range(20_000):
        add(number, 1)
"""
unrelated: dict[str, Any] = {}
exec(compile(UNRELATED, "<unrelated>", "exec"), unrelated)


async def nothing() -> None: ...


def task_work() -> None:
    async def main() -> None:
        tasks = BackgroundTasks()
        for _ in range(50):
            tasks.add_task(nothing)
            tasks.add_task(len, ())
        await tasks()

    anyio.run(main)


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


def measure() -> dict[str, str]:
    library = (minitasks.background.__file__, minitasks.concurrency.__file__)
    own = paired(recorded_work, __file__)
    beyond = paired(recorded_work, __file__, limit=1)
    tasks = paired(task_work, *library)
    other = paired(unrelated["work"], *library)
    after = statistics.median(
        seconds(unrelated["work"]) / seconds(unrelated["work"]) for _ in range(TURNS)
    )
    return {
        "a recorded event": f"{own['microseconds']:.1f} µs",
        "a recorded event, beside VizTracer's": beside_viztracer(recorded_work, __file__),
        "the same, of background tasks": beside_viztracer(task_work, *library),
        "an event beyond the limit": f"{beyond['microseconds']:.1f} µs",
        "code that only counts, recorded": f"{own['ratio']:.0f} times",
        "background tasks, minitasks itself recorded": f"{tasks['ratio']:.2f} times",
        "unrelated code during a recording": f"{other['ratio']:.2f} times",
        "the same against itself, after it": f"{after:.2f} times",
    }


if __name__ == "__main__":
    for what, figure in measure().items():
        print(f"{what:54}{figure:>12}")
