"""A server is told to stop while a task runs: by which signal, with which options, which server."""

import asyncio
import signal
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
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


def stopped(path: str, command: tuple[str, ...], number: int) -> list[str]:
    """Tell what a task came to when the server was stopped in its midst."""
    with served("shutdown:app", *command, stop=number) as server:
        server.client.get(path)
        wait_until(lambda: any("begun" in line for line in server.log()))
        server.stop()
        return [line for line in server.log() if line in TOLD]


def saved_meanwhile() -> list[str]:
    """Tell what a task came to when a file was saved in its midst, under --reload."""
    with tempfile.TemporaryDirectory() as folder:
        options = ("--reload", "--reload-dir", folder)

        def save(server: Any) -> None:
            Path(folder, "helper.py").write_text("")

        return ended("/sync", (*UVICORN, *options), save, "Finished server process")


def timed_out() -> list[str]:
    """Tell what a task came to that blocks the loop longer than gunicorn's --timeout."""
    options = ("--timeout", "8")
    return ended(
        "/blocking", (*GUNICORN, *options), lambda server: None, "WORKER TIMEOUT"
    )


def ended(
    path: str, command: tuple[str, ...], act: Callable[[Any], None], last: str
) -> list[str]:
    """Do something while a task runs; tell what it came to when the log has a line."""
    with served("shutdown:app", *command) as server:
        server.client.get(path)
        wait_until(lambda: any("begun" in line for line in server.log()))
        act(server)
        wait_until(lambda: any(last in line for line in server.log()))
        return [line for line in server.log() if line in TOLD]


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
            came_to = servers.map(lambda case: stopped(case[0], *case[2:]), cases)
            for (_, name, *_), told in zip(cases, came_to, strict=True):
                print(f"  {name}: {', '.join(told)}")


if __name__ == "__main__":
    main()
