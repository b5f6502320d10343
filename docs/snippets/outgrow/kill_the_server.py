"""Kill the server with tasks waiting, and count what was done. `python kill_the_server.py`

Ten products are posted, to be worked on one after another. Once the first is done, the server gets
a SIGKILL, and another is started in its place. A worker of the queue runs all along.
"""

import tempfile
import time
from pathlib import Path

import httpx2
from processes import free_port, kill, server, wait_until, worker
from shop import products

POSTED = [f"product-{number}" for number in range(10)]


def main() -> None:
    """Try each of the three places that the work can wait in; print one line for each."""
    for place in ("in-process/minitasks", "in-process/starlette", "queue"):
        with tempfile.TemporaryDirectory() as folder:
            done = kill_the_server(place, Path(folder))
        print(f"{place:<22} {len(POSTED)} accepted, server killed, {len(done)} done")


def kill_the_server(place: str, folder: Path) -> set[str]:
    """Post the products, kill the server, start another, and see what was done in the end.

    Args:
        place: Where the work waits: the path that the products are posted to.
        folder: Where the ledger goes, and the queue's files.

    Returns:
        The products that were done.
    """
    port = free_port()
    with worker(folder, "one"):
        with server(folder, port) as process:
            httpx2.post(
                f"http://127.0.0.1:{port}/{place}", json=POSTED
            ).raise_for_status()
            wait_until(lambda: products(folder, "done"))
            kill(process)
        with server(folder, port):
            wait_until_settled(folder)
    return set(products(folder, "done"))


def wait_until_settled(folder: Path) -> None:
    """Wait until all is done, or until nothing was done for ten times what a product takes."""
    count, changed = len(products(folder, "done")), time.monotonic()
    while count < len(POSTED) and time.monotonic() - changed < 2:
        time.sleep(0.02)
        if len(products(folder, "done")) > count:
            count, changed = len(products(folder, "done")), time.monotonic()


if __name__ == "__main__":
    main()
