"""Async code from a sync task: on the server's loop, or on a loop of its own."""

import asyncio
import threading

import anyio.from_thread
from fastapi import BackgroundTasks, FastAPI
from serving import served, wait_until

app = FastAPI()


async def where() -> tuple[str, int]:
    return threading.current_thread().name.split()[0], id(asyncio.get_running_loop())


def by_from_thread(loop: int) -> None:
    thread, there = anyio.from_thread.run(where)
    print(
        f"anyio.from_thread.run: {thread}, the server's loop: {there == loop}",
        flush=True,
    )


def by_asyncio_run(loop: int) -> None:
    thread, there = asyncio.run(where())
    print(f"asyncio.run: {thread}, the server's loop: {there == loop}", flush=True)


@app.get("/")
async def order(tasks: BackgroundTasks) -> None:
    loop = id(asyncio.get_running_loop())
    tasks.add_task(by_from_thread, loop)
    tasks.add_task(by_asyncio_run, loop)


def main() -> None:
    with served("from_a_sync_task:app") as server:
        server.client.get("/")
        wait_until(lambda: len(server.said()) == 2)
        print("\n".join(server.said()))


if __name__ == "__main__":
    main()
