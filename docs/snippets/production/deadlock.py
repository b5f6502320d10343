"""Threads that wait for threads: each task holds a token, and asks for one more."""

import threading
from concurrent.futures import ThreadPoolExecutor

import anyio.from_thread
import anyio.to_thread
import httpx2
from fastapi import BackgroundTasks, FastAPI
from fastapi.concurrency import run_in_threadpool
from serving import served, wait_until

app = FastAPI()
all_at_work = threading.Event()


def resize() -> None: ...


def make_thumbnails() -> None:
    all_at_work.wait()
    # Back to the event loop, which sends the rest to another thread.
    anyio.from_thread.run(run_in_threadpool, resize)


@app.get("/upload")
async def upload(tasks: BackgroundTasks) -> None:
    tasks.add_task(make_thumbnails)


@app.get("/go-on")
async def go_on() -> None:
    all_at_work.set()


@app.get("/health")
def health() -> None: ...


@app.get("/tokens")
async def tokens() -> tuple[float, int]:
    limiter = anyio.to_thread.current_default_thread_limiter()
    return limiter.borrowed_tokens, limiter.statistics().tasks_waiting


def main() -> None:
    for uploads in (39, 40):
        with served("deadlock:app") as server, ThreadPoolExecutor(uploads) as clients:
            url = f"{server.client.base_url}/upload"
            list(
                clients.map(
                    lambda _, url=url: httpx2.get(url, trust_env=False), range(uploads)
                )
            )
            quiet = [0, 0] if uploads < 40 else [40, 40]
            ask = server.client.get
            wait_until(
                lambda ask=ask, uploads=uploads: ask("/tokens").json()[0] == uploads
            )
            ask("/go-on")
            wait_until(lambda ask=ask, quiet=quiet: ask("/tokens").json() == quiet)
            try:
                status = server.client.get("/health", timeout=2).status_code
            except httpx2.TimeoutException:
                status = "no answer in 2 s"
            print(
                f"{uploads} uploads: {quiet[0]} tokens taken for good; GET /health: {status}"
            )
            server.process.kill()


if __name__ == "__main__":
    main()
