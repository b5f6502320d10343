"""A task that kills its own process, every time: where does it end up? `python too_large.py`"""

import tempfile
from pathlib import Path

from kill_a_worker import enqueue
from processes import in_a_process, wait_until, worker
from shop import products


def main() -> None:
    """Let a worker meet it, and print what became of it and of the one behind it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print(kill_its_process(folder))


def kill_its_process(folder: Path) -> str:
    """Queue a deadly task and a harmless one; say how often each was begun, and how it ended.

    Args:
        folder: Where the ledger goes, and the queue's files.
    """
    task_id, _ = enqueue(folder, ["too-large", "product-1"])
    with worker(folder, "one"):
        wait_until(lambda: state_of(folder, task_id).startswith("FAILURE"))
        wait_until(lambda: products(folder, "done"))
    starts = products(folder, "started").count("too-large")
    done = products(folder, "done")
    return f"too-large: {starts} starts, {state_of(folder, task_id)}; done: {done[0]}"


def state_of(folder: Path, task_id: str) -> str:
    """Ask what became of a task, from a process of its own, as a server would."""
    code = (
        "import sys, engine\n"
        "result = engine.engine.AsyncResult(sys.argv[1])\n"
        "print(result.state, repr(result.result))"
    )
    return in_a_process(folder, code, task_id).strip()


if __name__ == "__main__":
    main()
