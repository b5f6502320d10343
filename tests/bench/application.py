"""What recording costs an application: requests per second, served by uvicorn alone and recorded.

Both are processes of their own and are asked in turns by the same client.
"""

import statistics
import tempfile
import time
from pathlib import Path

import httpx2

from tests.docs.snippets import snippet

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


def requests_per_second(client: httpx2.Client) -> float:
    began = time.perf_counter()
    for _ in range(REQUESTS):
        client.get("/plain").raise_for_status()
    return REQUESTS / (time.perf_counter() - began)


def measure() -> dict[str, str]:
    with tempfile.TemporaryDirectory() as folder, snippet("production/serving.py") as serving:
        Path(folder, "shop.py").write_text(APPLICATION)
        here = ("--app-dir", folder)
        plainly = serving.served("shop:app", "uvicorn", *here)
        recorded = serving.served("shop:app", "minitasks", "run", "--rows", *here)
        with plainly as plain, recorded as watched:
            turns = [
                (requests_per_second(plain.client), requests_per_second(watched.client))
                for _ in range(TURNS)
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
