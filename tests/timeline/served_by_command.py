"""Serve an application by the command, in a process of its own."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.parts import made_once

Findings = list[dict[str, Any]]


def served(
    folder: Path,
    text: str,
    *paths: str,
    backend: str = "asyncio",
    slow: int = 50,
    code: int = 0,
) -> list[Findings]:
    """Serve an application; give what is said of each request, then of the time outside them.

    From `slow` milliseconds on it is said what held the loop; `code` is how the command is to end.
    """
    (folder / "shop.py").write_text(text)
    asked = [word for path in paths for word in ("--get", path)]
    command = [sys.executable, "-m", "minitasks", "run", "shop:app", *asked, "--json"]
    options = ["--backend", backend, "--slow", str(slow)]
    done = subprocess.run(
        [*command, *options], capture_output=True, text=True, cwd=folder, timeout=240
    )
    assert done.returncode == code, done.stderr
    runs = json.loads(done.stdout)["runs"]
    assert [run["number"] for run in runs if run["number"]] == [*range(1, len(paths) + 1)]
    return [run["findings"] for run in runs]


def served_once(
    name: str,
    text: str,
    paths: tuple[str, ...],
    factory: pytest.TempPathFactory,
    run: str,
    backend: str = "asyncio",
) -> dict[str, Findings]:
    """Serve an application once for all of pytest-xdist's workers; give what is said, by path."""

    def serve(folder: Path) -> None:
        told = served(folder, text, *paths, backend=backend)
        (folder / "told.json").write_text(json.dumps(told))

    folder = made_once(name, serve, factory, run)
    return dict(zip(paths, json.loads((folder / "told.json").read_text()), strict=False))


def texts(findings: Findings, kind: str) -> list[str]:
    return [each["text"] for each in findings if each["kind"] == kind]


def figures(findings: Findings, kind: str, *names: str) -> list[tuple[Any, ...]]:
    of_kind = [each["figures"] for each in findings if each["kind"] == kind]
    return [tuple(each.get(name) for name in names) for each in of_kind]


@contextmanager
def serving(folder: Path, text: str) -> Iterator[tuple[str, Callable[[], str]]]:
    """Serve an application until Ctrl-C; give its address, and what ends it for its output."""
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
