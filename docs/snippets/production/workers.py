"""Several workers share nothing: each has its own counter, its own tokens, its own tasks."""

import os

import httpx2
from fastapi import BackgroundTasks, FastAPI
from serving import served, wait_until

app = FastAPI()
counter = 0


def count() -> None:
    global counter
    counter += 1


@app.get("/count")
def order(tasks: BackgroundTasks) -> int:
    tasks.add_task(count)
    return os.getpid()


@app.get("/read")
async def read() -> tuple[int, int]:
    return os.getpid(), counter


def main() -> None:
    with served("workers:app", "uvicorn", "--workers", "2") as server:
        url = str(server.client.base_url)
        orders: dict[int, int] = {}

        def ordered() -> bool:
            # A connection of its own for each: the system hands connections to the workers.
            worker = httpx2.get(f"{url}/count", trust_env=False).json()
            orders[worker] = orders.get(worker, 0) + 1
            return len(orders) == 2

        wait_until(ordered)
        counts: dict[int, int] = {}

        def read_both() -> bool:
            worker, number = httpx2.get(f"{url}/read", trust_env=False).json()
            counts[worker] = number
            return counts == orders

        wait_until(read_both)
        print(
            f"{len(counts)} workers; each has counted its own orders: {counts == orders}"
        )


if __name__ == "__main__":
    main()
