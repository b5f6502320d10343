"""create_task or add_task: in which order things happen, and who hears of a failure."""

import asyncio
import gc

import httpx2
from fastapi import BackgroundTasks, FastAPI
from serving import idle, served, wait_until

app = FastAPI()


def say(text: str) -> None:
    print(text, flush=True)


async def work(name: str) -> None:
    say(f"{name} begins")
    await asyncio.sleep(0)
    say(f"{name} ends")


async def fail(name: str) -> None:
    raise ConnectionError(name)


@app.get("/added")
async def added(tasks: BackgroundTasks) -> None:
    tasks.add_task(work, "first")
    tasks.add_task(work, "second")
    say("endpoint returns")


@app.get("/created")
async def created() -> None:
    app.state.kept = [asyncio.create_task(work(name)) for name in ("first", "second")]
    await asyncio.sleep(0)
    say("endpoint returns")


@app.get("/added-fails")
async def added_fails(tasks: BackgroundTasks) -> None:
    tasks.add_task(fail, "added")


@app.get("/created-fails")
async def created_fails() -> None:
    app.state.kept = asyncio.create_task(fail("created"))


@app.get("/forget")
async def forget() -> None:
    app.state.kept = None
    gc.collect()


idle_app = idle(app)


def main() -> None:
    with served("create_task:idle_app") as server:
        for path in ("/added", "/created"):
            before = len(server.said())
            server.client.get(path)
            wait_until(
                lambda before=before: server.said()[before:].count("second ends")
            )
            print(f"{path}: {', '.join(server.said()[before:])}")
        for path in ("/added-fails", "/created-fails"):
            httpx2.get(f"{server.client.base_url}{path}", trust_env=False)
            httpx2.get(f"{server.client.base_url}/idle", trust_env=False)
            print(f"{path}: logged at once: {'ConnectionError' in str(server.log())}")
            httpx2.get(f"{server.client.base_url}/forget", trust_env=False)
            wait_until(lambda: "ConnectionError" in str(server.log()))
            print(f"{path}: logged when it is collected: True")
            server.forget()


if __name__ == "__main__":
    main()
