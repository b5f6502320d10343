"""Is an async background task another asyncio task than its request's?"""

import asyncio
from typing import Any

from fastapi import BackgroundTasks, FastAPI

app = FastAPI()


@app.post("/products", status_code=201)
async def register_product(tasks: BackgroundTasks) -> None:
    tasks.add_task(register_to_blockchain, asyncio.current_task())


async def register_to_blockchain(task_of_request: asyncio.Task[Any]) -> None:
    same = asyncio.current_task() is task_of_request
    print("the same asyncio task:", same, flush=True)
