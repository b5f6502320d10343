"""The answer is sent first, then the tasks run.

Look for:
- `register_product` is sync, so FastAPI runs it in a worker thread, not on the event loop.
- It adds two tasks; adding calls neither of them.
- The answer is sent before the first task is called. When the client has it is another matter:
  a little before that call, or a little after.
- `register_to_blockchain` is async: it runs on the event loop, which is free while the task waits.
- `send_confirmation_email` is sync: it runs in a worker thread, after the first task has ended.
"""

import time
from typing import Annotated, Any

import anyio
import fastapi
from pydantic import BaseModel

from minitasks.scenarios.library import Library
from minitasks.scenarios.server import Client, serving

app = fastapi.FastAPI()


class Product(BaseModel):
    """What the client sends."""

    name: str


# FastAPI always injects its own BackgroundTasks. Ours is a task like any other, added to that one.
async def background_tasks(request: fastapi.Request, after: fastapi.BackgroundTasks) -> Any:
    tasks = request.app.state.library.BackgroundTasks()
    after.add_task(tasks)
    return tasks


@app.post("/products", status_code=201)
def register_product(
    product: Product, tasks: Annotated[Any, fastapi.Depends(background_tasks)]
) -> dict[str, str]:
    save_product_to_database(product)
    tasks.add_task(register_to_blockchain, product)
    tasks.add_task(send_confirmation_email, product, to="ada@example.org")
    return {"registered": product.name}


def save_product_to_database(product: Product) -> None:
    time.sleep(0.03)


async def register_to_blockchain(product: Product) -> None:
    await anyio.sleep(0.1)


def send_confirmation_email(product: Product, to: str) -> None:
    time.sleep(0.05)


def post_product(client: Client) -> None:
    client.post("/products", json={"name": "book"})


async def main(library: Library) -> None:
    app.state.library = library
    async with serving(app) as site:
        await site.visit("client", post_product)
