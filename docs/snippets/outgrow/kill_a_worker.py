"""Kill a worker in the middle of a task, and see what was done. `python kill_a_worker.py`

Ten products wait. As soon as a worker has started one, that worker and its children get a SIGKILL.
Then two workers are started; one of them has the dead one's name.
"""

import tempfile
from pathlib import Path

from processes import in_a_process, kill, wait_until, worker
from shop import products

POSTED = [f"product-{number}" for number in range(10)]


def main() -> None:
    """Kill the worker, and print what became of the ten products."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        kill_a_worker(folder)
        started, done = products(folder, "started"), set(products(folder, "done"))
    print(
        f"{len(POSTED)} waiting, a worker killed at work, {len(done)} done, {len(started)} starts"
    )


def kill_a_worker(folder: Path) -> None:
    """Kill a worker at its first product; go on with two until all is done.

    Args:
        folder: Where the ledger goes, and the queue's files.
    """
    enqueue(folder, POSTED)
    # This worker would take long over each product: it is killed long before it is done.
    with worker(folder, "one", seconds=30) as process:
        wait_until(lambda: products(folder, "started"))
        kill(process)
    with worker(folder, "one"), worker(folder, "two"):
        wait_until(lambda: set(products(folder, "done")) == set(POSTED))


def enqueue(folder: Path, names: list[str]) -> list[str]:
    """Put the products into the queue, from a process of its own; give the tasks' ids."""
    code = (
        "import sys, engine\n"
        "for product in sys.argv[1:]: print(engine.register.delay(product).id)"
    )
    return in_a_process(folder, code, *names).split()


if __name__ == "__main__":
    main()
