"""A task that waits for the next request on the same connection."""

import anyio
from fastapi import BackgroundTasks, FastAPI

app = FastAPI()
asked = anyio.Event()


async def wait_for_the_next_request() -> None:
    await asked.wait()


@app.post("/order")
async def order(tasks: BackgroundTasks) -> None:
    tasks.add_task(wait_for_the_next_request)


@app.get("/next")
async def next_request() -> None:
    asked.set()
