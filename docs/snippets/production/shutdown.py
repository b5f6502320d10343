"""A server is told to stop while a task runs: by which signal, with which options, which server."""

import asyncio
import signal
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from fastapi import BackgroundTasks, FastAPI
from serving import served, wait_until

app = FastAPI()
LONG = 1.5  # seconds


def say(text: str) -> None:
    print(text, flush=True)


def copy_file() -> None:
    say("sync task begun")
    try:
        time.sleep(LONG)
        say("done")
    finally:
        say("its finally")


async def call_service() -> None:
    say("async task begun")
    try:
        await asyncio.sleep(LONG)
        say("done")
    finally:
        say("its finally")


@app.get("/sync")
def order_sync(tasks: BackgroundTasks) -> None:
    tasks.add_task(copy_file)
    tasks.add_task(say, "the next task")


@app.get("/async")
def order_async(tasks: BackgroundTasks) -> None:
    tasks.add_task(call_service)
    tasks.add_task(say, "the next task")


@app.get("/blocking")
def order_blocking(tasks: BackgroundTasks) -> None:
    tasks.add_task(hold_the_loop)
    tasks.add_task(say, "the next task")


async def hold_the_loop() -> None:
    say("async task begun")
    time.sleep(10 * LONG)
    say("done")


UVICORN, GUNICORN = ("uvicorn",), ("gunicorn", "-k", "uvicorn_worker.UvicornWorker")
PATIENT = (
    ("uvicorn, SIGTERM", UVICORN, signal.SIGTERM),
    ("uvicorn, SIGINT", UVICORN, signal.SIGINT),
    ("uvicorn --workers 2, SIGTERM", (*UVICORN, "--workers", "2"), signal.SIGTERM),
    ("gunicorn, SIGTERM", GUNICORN, signal.SIGTERM),
)
IN_A_HURRY = (
    (
        "uvicorn, SIGTERM",
        (*UVICORN, "--timeout-graceful-shutdown", "1"),
        signal.SIGTERM,
    ),
    ("uvicorn, SIGINT", (*UVICORN, "--timeout-graceful-shutdown", "1"), signal.SIGINT),
    ("gunicorn, SIGTERM", (*GUNICORN, "--graceful-timeout", "1"), signal.SIGTERM),
)
TOLD = ("sync task begun", "async task begun", "done", "its finally", "the next task")


def came_to(
    path: str,
    command: tuple[str, ...],
    act: Callable[[Any], object],
    stop: int = signal.SIGINT,
) -> list[str]:
    """Do something to the server while a task runs; tell what the task came to."""
    with served("shutdown:app", *command, stop=stop) as server:
        server.client.get(path)
        wait_for("begun", server)
        act(server)
        return [line for line in server.log() if line in TOLD]


def wait_for(text: str, server: Any) -> None:
    """Wait until the server's log has a text."""
    wait_until(lambda: any(text in line for line in server.log()))


def stopped(path: str, command: tuple[str, ...], number: int) -> list[str]:
    """Tell what a task came to when the server was stopped in its midst."""
    return came_to(path, command, lambda server: server.stop(), number)


def saved_meanwhile() -> list[str]:
    """Tell what a task came to when a file was saved in its midst, under --reload."""
    with tempfile.TemporaryDirectory() as folder:
        options = ("--reload", "--reload-dir", folder)

        def save(server: Any) -> None:
            Path(folder, "helper.py").write_text("")
            wait_for("Finished server process", server)

        return came_to("/sync", (*UVICORN, *options), save)


def timed_out() -> list[str]:
    """Tell what a task came to that blocks the loop longer than gunicorn's --timeout."""
    command = (*GUNICORN, "--timeout", "8")
    return came_to("/blocking", command, partial(wait_for, "WORKER TIMEOUT"))


def main() -> None:
    with ThreadPoolExecutor(2) as servers:
        others = {
            "uvicorn --reload, a file is saved": servers.submit(saved_meanwhile),
            "gunicorn --timeout 8, a task blocks the event loop": servers.submit(
                timed_out
            ),
        }
        print_signals()
        print("told by no signal:")
        for name, told in others.items():
            print(f"  {name}: {', '.join(told.result())}")


def print_signals() -> None:
    for title, runs in (
        ("with default settings", PATIENT),
        ("one second to shut down", IN_A_HURRY),
    ):
        print(f"{title}:")
        cases = [(path, *run) for run in runs for path in ("/sync", "/async")]
        with ThreadPoolExecutor(4) as servers:
            ends = servers.map(lambda case: stopped(case[0], *case[2:]), cases)
            for (_, name, *_), told in zip(cases, ends, strict=True):
                print(f"  {name}: {', '.join(told)}")


if __name__ == "__main__":
    main()
