"""Serving: an application under a real server, in a process of its own; the client is this one."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx2

TIMEOUT = 60  # seconds; only a server that hangs is waited for so long


@contextmanager
def served(
    application: str, *command: str, stop: int = signal.SIGINT
) -> Iterator[SimpleNamespace]:
    """Serve an application, by uvicorn unless a command is given; then stop it by a signal.

    Args:
        application: Its file and its name, such as "shutdown:app".
        *command: Another server, such as "gunicorn", "-k", "uvicorn_worker.UvicornWorker".
        stop: The signal that ends it.

    Yields:
        An object: `client` asks the server; `log()` gives what was printed, line by line, and
        `said()` what the application itself printed; `forget()` empties it; `stop()` sends the
        signal, waits and gives the exit code; `process` is the server's.
    """
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    address = (
        ["--bind", f"127.0.0.1:{port}"]
        if "gunicorn" in command
        else ["--port", str(port)]
    )
    if "--workers" in command:
        # On a busy machine a worker may take longer than 5 s to begin: it is no dead one.
        address += ["--timeout-worker-healthcheck", str(TIMEOUT)]
    program = [sys.executable, "-m", *(command or ["uvicorn"]), application, *address]
    with tempfile.NamedTemporaryFile("w+", suffix=".log") as output:
        process = subprocess.Popen(
            program,
            cwd=Path(__file__).parent,
            stdout=output,
            stderr=output,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )

        seen = 0

        def log() -> list[str]:
            return Path(output.name).read_text().splitlines()[seen:]

        def said() -> list[str]:
            return [
                line
                for line in log()
                if line and not line.startswith(("INFO", " ", "["))
            ]

        def forget() -> None:
            nonlocal seen
            seen += len(log())

        def end() -> int:
            process.send_signal(stop)
            return process.wait(TIMEOUT)

        try:
            with httpx2.Client(
                base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=TIMEOUT
            ) as client:
                wait_until(lambda: accepts(port) or process.poll() is not None)
                yield SimpleNamespace(
                    client=client,
                    log=log,
                    said=said,
                    forget=forget,
                    stop=end,
                    process=process,
                )
        finally:
            if process.poll() is None:
                end()


def wait_until(condition: Callable[[], object]) -> None:
    """Wait for something that another process does."""
    deadline = time.monotonic() + TIMEOUT
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.01)


def idle(app: Any) -> Any:
    """Wrap an application so that GET /idle is answered when no other request is under way.

    A request is under way until its last task has ended.
    """
    under_way = 0

    async def wrapped(scope: Any, receive: Any, send: Any) -> None:
        nonlocal under_way
        if scope["type"] == "lifespan":
            return await app(scope, receive, send)
        if scope["path"] == "/idle":
            while under_way:
                await asyncio.sleep(0.01)
            scope["path"] = "/no-such-page"
            return await app(scope, receive, send)
        under_way += 1
        try:
            return await app(scope, receive, send)
        finally:
            under_way -= 1

    return wrapped


def accepts(port: int) -> bool:
    """Tell whether somebody answers at a port."""
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0
