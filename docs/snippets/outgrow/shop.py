"""The work: a plain function, the same whoever calls it, and the ledger that it writes to."""

import os
import signal
import time
from pathlib import Path

FOLDER = Path(os.environ.get("SHOP_FOLDER", "shop-data")).resolve()


def register_to_blockchain(product: str) -> None:
    """Take a moment, then write the product into the ledger.

    Raises:
        ConnectionError: The blockchain can't be reached: there is a file `offline`.
    """
    write(f"started {product}")
    if product == "too-large":
        # As the system does to a process that takes more memory than there is.
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(float(os.environ.get("SHOP_SECONDS", "0.2")))
    if (FOLDER / "offline").exists():
        raise ConnectionError("the blockchain can't be reached")
    write(f"done {product}")


def write(line: str) -> None:
    """Add one line to the ledger: one write, so that lines of several processes don't mix."""
    with (FOLDER / "ledger").open("a") as ledger:
        ledger.write(line + "\n")


def products(folder: Path, word: str) -> list[str]:
    """List the products that the ledger's lines with this word name, in their order."""
    ledger = folder / "ledger"
    lines = ledger.read_text().splitlines() if ledger.exists() else []
    return [line.partition(" ")[2] for line in lines if line.startswith(word)]
