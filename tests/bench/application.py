"""What recording costs an application: requests per second, served by uvicorn alone and recorded.

Both are processes of their own and are asked in turns by the same client.
"""

import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2

TURNS = 5
REQUESTS = 150

APPLICATION = """
from fastapi import BackgroundTasks, Depends, FastAPI

app = FastAPI()


def session():
    yield "session"


def save(product): ...


async def notify(product): ...


@app.get("/plain")
async def plain(tasks: BackgroundTasks, session: str = Depends(session)):
    tasks.add_task(save, "book")
    tasks.add_task(notify, "book")
    return {"ordered": "book"}
"""


@contextmanager
def served(folder: Path, *command: str) -> Iterator[httpx2.Client]:
    with tempfile.NamedTemporaryFile() as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *command, "--host", "127.0.0.1", "--port", "0"],
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=log,
        )
        try:
            with httpx2.Client(base_url=address_in(Path(log.name)), trust_env=False) as client:
                yield client
        finally:
            process.send_signal(signal.SIGINT)
            process.wait()


def address_in(log: Path) -> str:
    """Wait until a server says at which address it listens."""
    while True:
        if found := re.search(r"http://127\.0\.0\.1:\d+(?=\D)", log.read_text()):
            return found[0]
        time.sleep(0.05)


def requests_per_second(client: httpx2.Client) -> float:
    """Ask again and again, each time when the answer before has come."""
    began = time.perf_counter()
    for _ in range(REQUESTS):
        client.get("/plain").raise_for_status()
    return REQUESTS / (time.perf_counter() - began)


def measure() -> dict[str, str]:
    """Measure an application served plainly and recorded: figures by what they are of."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "shop.py").write_text(APPLICATION)
        plainly = served(folder, "uvicorn", "shop:app")
        recorded = served(folder, "minitasks", "run", "shop:app", "--rows")
        with plainly as plain, recorded as watched:
            turns = [
                (requests_per_second(plain), requests_per_second(watched)) for _ in range(TURNS)
            ]
    alone, beside = (statistics.median(each) for each in zip(*turns, strict=True))
    ratio = statistics.median(slow / fast for fast, slow in turns)
    return {
        "requests per second, served by uvicorn": f"{alone:.0f}",
        "requests per second, served and recorded": f"{beside:.0f}",
        "the second to the first": f"{ratio:.2f}",
    }


if __name__ == "__main__":
    for what, figure in measure().items():
        print(f"{what:54}{figure:>12}")
