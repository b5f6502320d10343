"""Processes: run a server, a worker or Redis while a block runs, and leave nothing behind."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent
# Celery warns whoever runs it as root, as a container does.
QUIET = ("-W", "ignore:You're running the worker with superuser privileges")


@contextmanager
def server(folder: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """Run the application under uvicorn."""
    command = [
        sys.executable,
        "-m",
        "uvicorn",
        "app:app",
        f"--port={port}",
        "--log-level=warning",
    ]
    # Long enough that it is killed after the first product, on any machine.
    with running(command, folder, SHOP_SECONDS="1.5") as process:
        wait_until(lambda: answers(port))
        yield process


@contextmanager
def worker(
    folder: Path, name: str, seconds: float = 0.2
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a worker of the queue that works on one task at a time, so long on each."""
    command = [
        sys.executable,
        *QUIET,
        "-m",
        "celery",
        "--app=engine",
        "--quiet",
        "worker",
    ]
    options = [f"--hostname={name}@%h", "--concurrency=1", "--loglevel=error"]
    alone = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    words = [*command, *options, *alone]
    with running(words, folder, SHOP_SECONDS=str(seconds)) as process:
        yield process


@contextmanager
def redis(folder: Path, port: int) -> Iterator[str]:
    """Run a Redis server that keeps its data in the folder; give its address."""
    command = ["redis-server", f"--port {port}", "--bind 127.0.0.1", "--appendonly yes"]
    with running(
        [*command, f"--dir {folder}", f"--logfile {folder}/redis.log"], folder
    ):
        wait_until(lambda: answers(port))
        yield f"redis://127.0.0.1:{port}/0"


@contextmanager
def running(
    command: list[str], folder: Path, **variables: str
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command, in a process group of its own, until the block ends."""
    environment = {**os.environ, "SHOP_FOLDER": str(folder), **variables}
    process = subprocess.Popen(
        command, cwd=HERE, env=environment, start_new_session=True
    )
    try:
        yield process
    finally:
        kill(process)


def in_a_process(folder: Path, code: str, *words: str) -> str:
    """Run a piece of Python in a process of its own, as a server would; give what it prints."""
    command = [sys.executable, "-c", code, *words]
    environment = {**os.environ, "SHOP_FOLDER": str(folder)}
    return subprocess.check_output(command, cwd=HERE, env=environment, text=True)


def kill(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL a process and the children that it started: none of them can clean up."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def wait_until(condition: Callable[[], object], seconds: float = 60) -> None:
    """Look every 20 ms until the condition holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {seconds} s")
        time.sleep(0.02)


def answers(port: int) -> bool:
    """Tell whether a server listens on the port."""
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    """Ask the system for a port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
