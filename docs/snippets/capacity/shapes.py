"""Three kinds of service time with one mean, at 90 % utilisation: `python shapes.py`"""

import random
import statistics
from collections.abc import Callable, Iterator

from queueing import simulate

TASKS = 1_000_000
TOKENS = 40
MEAN = 0.1  # seconds
UTILISATION = 0.9


def constant(_: random.Random) -> float:
    """Take the same time for every task."""
    return MEAN


def at_random(draw: random.Random) -> float:
    """Take exponential times, which the formula assumes."""
    return draw.expovariate(1 / MEAN)


def quick_and_slow(draw: random.Random) -> float:
    """Take 50 ms nineteen times of twenty, and else more than a second."""
    return 0.05 if draw.random() < 0.95 else 1.05


def tasks(service: Callable[[random.Random], float]) -> Iterator[tuple[float, float]]:
    """Draw when each task arrives, and how long it takes."""
    draw = random.Random(1)
    now = 0.0
    for _ in range(TASKS):
        now += draw.expovariate(UTILISATION * TOKENS / MEAN)
        yield now, service(draw)


def main() -> None:
    """Print the mean wait and the wait that one task in a hundred exceeds."""
    print("service time     mean wait, ms   99th percentile, ms")
    for service in (constant, at_random, quick_and_slow):
        waits = sorted(simulate(tasks(service), TOKENS))
        mean = statistics.fmean(waits) * 1000
        percentile = waits[TASKS * 99 // 100] * 1000
        name = service.__name__.replace("_", " ")
        print(f"{name:<15}  {mean:13.1f}  {percentile:20.0f}")


if __name__ == "__main__":
    main()
