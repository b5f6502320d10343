"""In which asyncio task does an async background task run?"""

import asyncio

from fastapi import BackgroundTasks, FastAPI
from serving import served, wait_until

app = FastAPI()


def here() -> int:
    return id(asyncio.current_task())


async def notify(endpoint: int) -> None:
    found = "the request's own" if here() == endpoint else "another"
    print(f"notify ran in {found} asyncio task", flush=True)


@app.get("/order")
async def order(tasks: BackgroundTasks) -> None:
    tasks.add_task(notify, here())


def main() -> None:
    with served("same_task:app") as server:
        server.client.get("/order")
        wait_until(server.said)
        print(server.said()[0])


if __name__ == "__main__":
    main()
