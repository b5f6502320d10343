"""Serve an application by the command, in a process of its own."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


def served(
    folder: Path,
    text: str,
    *paths: str,
    backend: str = "asyncio",
    slow: int = 50,
    code: int = 0,
    outside: bool = False,
) -> list[list[Any]]:
    """Serve an application, ask for some paths, and give what is said of each request.

    Args:
        folder: Where to write it.
        text: The application, as `app`.
        paths: What to ask for.
        backend: The event loop.
        slow: From how many milliseconds on to say what held it.
        code: How the command is to end.
        outside: Whether to give also what is said of the time outside requests.
    """
    (folder / "shop.py").write_text(text)
    asked = [word for path in paths for word in ("--get", path)]
    command = [sys.executable, "-m", "minitasks", "run", "shop:app", *asked, "--json"]
    options = ["--backend", backend, "--slow", str(slow)]
    done = subprocess.run(
        [*command, *options], capture_output=True, text=True, cwd=folder, timeout=60
    )
    assert done.returncode == code, done.stderr
    runs = json.loads(done.stdout)["runs"]
    assert [run["number"] for run in runs if run["number"]] == [*range(1, len(paths) + 1)]
    return [run["findings"] for run in runs if run["number"] or outside]


@contextmanager
def serving(folder: Path, text: str) -> Iterator[tuple[str, Callable[[], str]]]:
    """Serve an application until Ctrl-C; give its address, and what ends it and gives its output.

    Args:
        folder: Where to write it.
        text: The application, as `app`.
    """
    (folder / "shop.py").write_text(text)
    command = [sys.executable, "-m", "minitasks", "run", "shop:app", "--backend", "asyncio"]
    piped = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, text=True, cwd=folder, **piped) as server:  # type: ignore[call-overload]
        address = ""
        while not address:
            address = server.stderr.readline().partition(" at ")[2].partition(". ")[0]

        def end() -> str:
            server.send_signal(signal.SIGINT)
            said: str = server.communicate(timeout=60)[0]
            return said

        yield address, end
