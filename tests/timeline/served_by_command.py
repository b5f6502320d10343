"""Serve an application by the command, in a process of its own."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any


def served(
    folder: Path, text: str, *paths: str, backend: str = "asyncio", slow: int = 50, code: int = 0
) -> list[list[Any]]:
    """Serve an application, ask for some paths, and give what is said of each request.

    Args:
        folder: Where to write it.
        text: The application, as `app`.
        paths: What to ask for.
        backend: The event loop.
        slow: From how many milliseconds on to say what held it.
        code: How the command is to end.
    """
    (folder / "shop.py").write_text(text)
    asked = [word for path in paths for word in ("--get", path)]
    command = [sys.executable, "-m", "minitasks", "run", "shop:app", *asked, "--json"]
    options = ["--backend", backend, "--slow", str(slow)]
    done = subprocess.run(
        [*command, *options], capture_output=True, text=True, cwd=folder, timeout=60
    )
    assert done.returncode == code, done.stderr
    return [run["findings"] for run in json.loads(done.stdout)["runs"]]
