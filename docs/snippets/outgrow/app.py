"""The server: it answers at once, and leaves the same work for later in one of three places."""

from typing import Literal

import starlette.background
from engine import register
from fastapi import FastAPI, Response
from shop import register_to_blockchain

import minitasks

app = FastAPI()


@app.post("/in-process/{library}")
def leave_it_in_process(
    library: Literal["minitasks", "starlette"], products: list[str]
) -> Response:
    """Keep the work in this process's memory."""
    tasks: minitasks.BackgroundTasks | starlette.background.BackgroundTasks
    if library == "minitasks":
        tasks = minitasks.BackgroundTasks()
    else:
        tasks = starlette.background.BackgroundTasks()

    for product in products:
        tasks.add_task(register_to_blockchain, product)
    return Response(status_code=202, background=tasks)


@app.post("/queue")
def leave_it_in_the_queue(products: list[str]) -> Response:
    """Hand the work to the queue; a sync endpoint, since that writes to a disk."""
    for product in products:
        register.delay(product)
    return Response(status_code=202)
