"""A waiting task is cancelled: it is never begun. `python cancel.py`"""

import tempfile
from pathlib import Path

from kill_a_worker import enqueue
from processes import in_a_process, wait_until, worker
from shop import products
from too_large import state_of

POSTED = ["product-0", "product-1", "product-2"]


def main() -> None:
    """Cancel the second of three, then let a worker begin; print what became of them."""
    with tempfile.TemporaryDirectory() as name:
        print(cancel_the_second(Path(name)))


def cancel_the_second(folder: Path) -> str:
    """Queue three tasks, cancel one, start a worker, and say which were done.

    Args:
        folder: Where the ledger goes, and the queue's files.
    """
    _, second, _ = enqueue(folder, POSTED)
    in_a_process(folder, "import sys, engine; engine.cancel(sys.argv[1])", second)
    with worker(folder, "one"):
        wait_until(lambda: "product-2" in products(folder, "done"))
    done = sorted(products(folder, "done"))
    return f"{', '.join(done)} done; product-1: {state_of(folder, second)}"


if __name__ == "__main__":
    main()
