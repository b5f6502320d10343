"""The real thread pool against the simulation, on the same tasks: `python measured.py`

A thousand tasks are drawn. Each is a real sync task: it arrives at its time, waits for one of
anyio's 40 tokens, and sleeps in a worker thread for as long as it is served.
"""

import statistics
import time

import anyio
import anyio.to_thread
from million import TOKENS, load_at
from queueing import Load, arrivals, simulate

from minitasks import BackgroundTask

Tasks = list[tuple[float, float]]


async def run_for_real(tasks: Tasks) -> list[float]:
    """Give how long each task waited from its arrival until its thread began, in seconds."""
    anyio.to_thread.current_default_thread_limiter().total_tokens = TOKENS
    waits = [0.0] * len(tasks)

    def work(number: int, arrived: float, service: float) -> None:
        waits[number] = time.perf_counter() - arrived
        time.sleep(service)

    begin = time.perf_counter()
    async with anyio.create_task_group() as group:
        for number, (arrival, service) in enumerate(tasks):
            await anyio.sleep_until(
                anyio.current_time() + begin + arrival - time.perf_counter()
            )
            task = BackgroundTask(work, number, time.perf_counter(), service)
            group.start_soon(task)
    return waits


def drawn(load: Load, number: int) -> Tasks:
    """Draw the tasks that are run for real; the same ones each time."""
    return list(arrivals(load, number, seed=3))


def compare(load: Load, number: int = 1000) -> tuple[float, float]:
    """Give the mean wait, in seconds, in the simulation and for real."""
    tasks = drawn(load, number)
    simulated = statistics.fmean(simulate(tasks, load.tokens))
    real = statistics.fmean(anyio.run(run_for_real, tasks))
    return simulated, real


def main() -> None:
    """Print the mean wait for some loads."""
    print("load   mean wait, ms")
    print("       simulated     real")
    for utilisation in (0.7, 0.9, 1.1):
        simulated, real = compare(load_at(utilisation))
        print(f"{utilisation:5.0%} {simulated * 1000:10.1f} {real * 1000:8.1f}")


if __name__ == "__main__":
    main()
