"""create_task or add_task: in which order things happen, who hears of a failure, and the end."""

import asyncio
import gc
import signal

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


async def linger() -> None:
    say("begins")
    try:
        await asyncio.sleep(3600)
    finally:
        say("its finally")


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


@app.get("/created-in-def")
def created_in_def() -> None:
    app.state.kept = asyncio.create_task(work("third"))


@app.get("/created-lingers")
async def created_lingers() -> None:
    app.state.kept = asyncio.create_task(linger())


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
        print(f"/created-in-def: {server.client.get('/created-in-def').status_code}")
    for stop in (signal.SIGINT, signal.SIGTERM):
        with served("create_task:app", stop=stop) as server:
            server.client.get("/created-lingers")
            wait_until(lambda server=server: "begins" in server.log())
            server.stop()
            told = [line for line in server.log() if line in ("begins", "its finally")]
            print(f"/created-lingers, {stop.name}: {', '.join(told)}")


if __name__ == "__main__":
    main()
