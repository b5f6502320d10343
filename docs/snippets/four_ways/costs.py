"""What does it cost to go to a thread and back? `python costs.py`

Each way makes the same number of empty calls, one after another; the ways take turns, and the best
turn of each counts: whatever else the machine does can only make a turn slower.
"""

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


async def measure() -> dict[str, float]:
    """Let each way have its turns; give the best, in seconds a call."""
    costs: dict[str, list[float]] = {name: [] for name in WAYS}
    for _ in range(TURNS):
        for name, way in WAYS.items():
            costs[name].append(await cost(way))
    return {name: min(each) for name, each in costs.items()}


def main() -> None:
    """Measure, and print beside anyio's own."""
    best = anyio.run(measure)
    executor.shutdown()
    base = best["anyio.to_thread.run_sync"]
    for name, seconds in best.items():
        print(f"{name:<25} {seconds * 1e6:5.0f} µs {seconds / base:6.2f}")


if __name__ == "__main__":
    main()
