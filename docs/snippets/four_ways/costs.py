"""What does it cost to go to a thread and back? `python costs.py`

Each way makes the same number of empty calls, one after another, and the ways take turns. Printed is
where the middle half of the turns lies, in microseconds, and beside anyio's own of the same turn.
"""

import statistics
import time

import anyio
from ways import WAYS, Way, executor

CALLS = 200
TURNS = 40


async def cost(way: Way) -> float:
    """Time one call there and back, in seconds."""
    begin = time.perf_counter()
    for _ in range(CALLS):
        await way(int)
    return (time.perf_counter() - begin) / CALLS


async def measure() -> dict[str, list[float]]:
    """Let each way have its turns; give each turn's cost, in seconds a call."""
    costs: dict[str, list[float]] = {name: [] for name in WAYS}
    for _ in range(TURNS):
        for name, way in WAYS.items():
            costs[name].append(await cost(way))
    return costs


def middle_half(values: list[float], digits: int) -> str:
    """Give the lower and the upper quartile."""
    low, _, high = statistics.quantiles(values, n=4)
    return f"{low:.{digits}f} to {high:.{digits}f}"


def main() -> None:
    """Measure, and print beside anyio's own."""
    costs = anyio.run(measure)
    executor.shutdown()
    base = costs["anyio.to_thread.run_sync"]
    for name, turns in costs.items():
        microseconds = middle_half([seconds * 1e6 for seconds in turns], 0)
        ratios = [own / other for own, other in zip(turns, base, strict=True)]
        print(f"{name:<25} {microseconds:>12} µs {middle_half(ratios, 2):>14}")


if __name__ == "__main__":
    main()
