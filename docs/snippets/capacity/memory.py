"""How much memory does a task take while it waits for a token? `python memory.py`"""

import threading
import tracemalloc

import anyio
import anyio.to_thread

from minitasks import BackgroundTask

TASKS = 2000


async def measure() -> float:
    """Let tasks wait; give the memory that each takes, in bytes."""
    gate = threading.Event()
    limiter = anyio.to_thread.current_default_thread_limiter()
    limiter.total_tokens = 1
    async with anyio.create_task_group() as group:
        group.start_soon(BackgroundTask(gate.wait))
        await anyio.wait_all_tasks_blocked()
        tracemalloc.start()
        for _ in range(TASKS):
            group.start_soon(BackgroundTask(gate.wait))
        await anyio.wait_all_tasks_blocked()
        kept, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert limiter.statistics().tasks_waiting == TASKS
        gate.set()
    return kept / TASKS


def main() -> None:
    """Print it."""
    print(f"kept by a task that waits for a token: {anyio.run(measure) / 1000:.1f} kB")


if __name__ == "__main__":
    main()
