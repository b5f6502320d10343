"""Packages beside: an application may have several packages, and `--also` names the others."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

MAIN = """
from fastapi import BackgroundTasks, FastAPI
from beside.mail import send
from bare.stock import fetch

app = FastAPI()


@app.get("/")
async def root(tasks: BackgroundTasks):
    tasks.add_task(send)
    tasks.add_task(fetch)
"""


def ran(folder: Path, *options: str) -> list[str]:
    """Serve an application, ask it once, and give where each function ran."""
    for file, text in {
        "app/__init__.py": "",
        "app/main.py": MAIN,
        "beside/__init__.py": "",
        "beside/mail.py": "def send(): ...",
        "bare/stock.py": "async def fetch(): ...",
    }.items():
        (folder / file).parent.mkdir(exist_ok=True)
        (folder / file).write_text(text)
    command = [sys.executable, "-m", "minitasks", "run", "app.main:app", "--get", "/", "--json"]
    done = subprocess.run(
        [*command, *options], capture_output=True, text=True, cwd=folder, timeout=60
    )
    assert done.returncode == 0, done.stderr
    (told,) = json.loads(done.stdout)["runs"]
    return [each["text"] for each in told["findings"] if each["kind"] == "ran"][1:]


def test_a_package_beside_the_applications_is_another(tmp_path: Path) -> None:
    """It is told of without its lines."""
    assert ran(tmp_path) == [
        "send (of another package) is sync: it ran in a worker thread.",
        "fetch (of another package) is async: it ran on the event loop.",
    ]


def test_what_also_names_is_the_applications_own(tmp_path: Path) -> None:
    """With a line for each function, also where there is no __init__.py; but what is installed.

    Starlette's classes are recorded all the same, and no sentence is about them.
    """
    also = ("--also", "beside", "--also", "bare", "--also", "starlette")
    assert ran(tmp_path, *also) == [
        "send (beside/mail.py:1) is sync: it ran in worker thread 1.",
        "fetch (bare/stock.py:1) is async: it ran on the event loop.",
    ]
