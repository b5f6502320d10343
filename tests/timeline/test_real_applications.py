"""Applications that nobody here wrote: those of FastAPI's tutorial and of Starlette's docs.

Each is served twice, by uvicorn alone and by `minitasks run`, in a process of its own, and asked
the same from this one. Its answers, its files and its log are the same; and where its functions ran
is what an independent log says: a profile function that knows nothing of the recorder.
"""

import importlib.metadata
import importlib.util
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.parts import made_once, need_package, need_part, wait_until

pytestmark = pytest.mark.slow

TOKEN = {"x-token": "fake-super-secret-token"}
SIGNUP = {"username": "ada", "email": "ada@example.org"}
HERO = {"name": "Deadpond", "secret_name": "Dive Wilson"}


@dataclass(frozen=True)
class Asked:
    """A request: its method and path in one, a body as JSON, headers."""

    what: str
    body: Any = None
    headers: dict[str, str] | None = None


CASES: dict[str, list[Asked]] = {
    "background_tasks/tutorial001:app": [Asked("POST /send-notification/ada")],
    "background_tasks/tutorial002:app": [Asked("POST /send-notification/ada?q=book")],
    "dependencies/tutorial008b:app": [
        Asked(f"GET /items/{item}") for item in ("portal-gun", "plumbus", "none")
    ],
    "dependencies/tutorial008c:app": [
        Asked(f"GET /items/{item}") for item in ("plumbus", "portal-gun")
    ],
    "dependencies/tutorial008e:app": [Asked("GET /users/me")],
    "events/tutorial003:app": [Asked("GET /predict?x=3")],
    "handling_errors/tutorial003:app": [Asked("GET /unicorns/yolo"), Asked("GET /unicorns/ada")],
    "stream_data/tutorial001:app": [
        Asked(f"GET /story/{way}") for way in ("stream", "stream-no-async")
    ],
    "bigger_applications/app.main:app": [
        Asked("GET /?token=jessica"),
        Asked("GET /users/?token=jessica"),
        Asked("GET /items/gun?token=jessica", headers=TOKEN),
        Asked("PUT /items/plumbus?token=jessica", headers=TOKEN),
        Asked("PUT /items/gun?token=jessica", headers=TOKEN),
        Asked("POST /admin/?token=jessica", headers=TOKEN),
        Asked("GET /items/gun?token=jessica"),
    ],
    "sql_databases/tutorial002:app": [
        Asked("POST /heroes/", HERO),
        Asked("POST /heroes/", {**HERO, "name": "Rusty-Man"}),
        Asked("GET /heroes/"),
        Asked("PATCH /heroes/1", {"age": 48}),
        Asked("GET /heroes/1"),
        Asked("DELETE /heroes/1"),
        Asked("GET /heroes/1"),
    ],
    "starlette_docs/background_0:app": [Asked("POST /user/signup", SIGNUP)],
    "websockets_/tutorial003:app": [Asked("GET /"), Asked("WS /ws/7", ["hello", "again"])],
}
NEEDS = {"sql_databases": "sqlmodel", "websockets_": "websockets"}

OWN_FRAME = r'  File "[^"]*/scenarios/server.py", .*\n    await .*\n(?: +[~^]+\n)?'

# Written into sitecustomize.py: where each of an application's own functions is called.
LOG_FROM_OUTSIDE = """
import asyncio, atexit, json, os, sys, threading
calls = set()
def note(frame, event, arg):
    code = frame.f_code
    if event == "call" and code.co_filename.startswith(os.environ["OWN_FOLDER"]):
        calls.add((code.co_qualname, asyncio._get_running_loop() is not None))
def write():
    sys.setprofile(None)
    with open(os.environ["OWN_LOG"], "w") as file:
        json.dump(sorted(calls), file)
atexit.register(write)
threading.setprofile(note)
sys.setprofile(note)
"""


@pytest.fixture(scope="session")
def tutorial(tmp_path_factory: pytest.TempPathFactory, testrun_uid: str) -> Path:
    """The applications of FastAPI's tutorial and of Starlette's docs, as installed here.

    The workers of pytest-xdist share one download.
    """
    return made_once("sdist", download, tmp_path_factory, testrun_uid) / "applications"


def download(folder: Path) -> None:
    """Put the applications into a folder below this one."""
    text = (sdist("starlette", folder) / "docs" / "background.md").read_text("utf-8")
    applications = (sdist("fastapi", folder) / "docs_src").rename(folder / "applications")
    (applications / "starlette_docs").mkdir()
    for number, block in enumerate(re.findall(r"```python\n(.*?)```", text, re.DOTALL)):
        (applications / "starlette_docs" / f"background_{number}.py").write_text(block)


def sdist(name: str, folder: Path) -> Path:
    """Download and unpack the sdist of a package, in the version that is installed."""
    wanted = f"{name}=={importlib.metadata.version(name)}"
    has_pip = importlib.util.find_spec("pip") is not None
    pip = [sys.executable, "-m", "pip"] if has_pip else [shutil.which("pip") or "false"]
    # Not ":all:", which would build what builds it, too.
    options = ["--no-binary", name, "--no-deps", "-q", "-d", str(folder)]
    subprocess.run([*pip, "download", wanted, *options], capture_output=True, check=False)
    found = next(folder.glob(f"{name}-*.tar.gz"), None)
    need_part(found, f"the sdist can't be downloaded: pip download {wanted} --no-binary {name}")
    assert found is not None
    with tarfile.open(found) as archive:
        archive.extractall(folder, filter="data")
    return next(path for path in folder.glob(f"{name}-*") if path.is_dir())


@dataclass
class Run:
    answers: list[Any]
    log: list[str]
    files: dict[str, bytes]
    document: Any = None


def serve(name: str, tutorial: Path, folder: Path, command: list[str], **more: str) -> Run:
    """Serve an application, ask it all, stop it with Ctrl-C."""
    folder.mkdir()
    where, _, target = name.rpartition("/")
    port = free_port()
    options = ["--app-dir", str(tutorial / where), "--port", str(port)]
    # Files: nobody waits for room in a pipe.
    out, err = folder.with_suffix(".out"), folder.with_suffix(".err")
    with (
        out.open("w") as stdout,
        err.open("w") as stderr,
        subprocess.Popen(
            [sys.executable, "-m", *command, target, *options],
            cwd=folder,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **more},
            stdout=stdout,
            stderr=stderr,
        ) as process,
    ):
        wait_until(lambda: "Application startup complete" in err.read_text())
        answers = [ask(port, asked) for asked in CASES[name]]
        process.send_signal(signal.SIGINT)
    files = {path.name: path.read_bytes() for path in folder.glob("*.txt")}
    text, found, rest = out.read_text().partition('{\n  "schema"')
    document = json.loads(found + rest) if found else None
    return Run(answers, told(err.read_text() + text), files, document)


def ask(port: int, asked: Asked) -> Any:
    """Ask, and give all of the answer that is the same each time."""
    method, _, path = asked.what.partition(" ")
    if method == "WS":
        return talk(f"ws://127.0.0.1:{port}{path}", asked.body)
    url = f"http://127.0.0.1:{port}{path}"
    with httpx2.Client(trust_env=False, transport=httpx2.HTTPTransport(retries=20)) as client:
        answer = client.request(method, url, json=asked.body, headers=asked.headers)
    kept = {name: value for name, value in answer.headers.items() if name != "date"}
    return answer.status_code, kept, answer.content


def talk(url: str, words: list[str]) -> list[str | bytes]:
    """Talk over a WebSocket: two messages come for each that is sent."""
    from websockets.sync.client import connect

    heard: list[str | bytes] = []
    with connect(url, proxy=None) as connection:
        for word in words:
            connection.send(word)
            heard += [connection.recv(5), connection.recv(5)]
    return heard


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def told(text: str) -> list[str]:
    """Give the lines of a log, without what differs from run to run.

    A traceback goes through the wrapper that marks the requests: that frame is left out, too.
    """
    text = re.sub(OWN_FRAME, "", text)
    text = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1", re.sub(r"\[\d+\]", "", text))
    ours = ("Serving ", "Each request ", "INFO:     Uvicorn running ")
    return sorted(line for line in text.splitlines() if line and not line.startswith(ours))


@pytest.mark.parametrize("name", CASES)
def test_it_does_what_it_does_alone_and_what_is_said_is_true(
    name: str, tutorial: Path, tmp_path: Path
) -> None:
    """The same answers, files and log; each function ran where an independent log says."""
    need_package(NEEDS.get(name.partition("/")[0], "fastapi"))
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "sitecustomize.py").write_text(LOG_FROM_OUTSIDE)
    outside = {
        "PYTHONPATH": str(tmp_path / "outside"),
        "OWN_FOLDER": str(tutorial / name.partition("/")[0]),
        "OWN_LOG": str(tmp_path / "calls.json"),
    }

    # Half of them on each event loop.
    loop = ("asyncio", "uvloop")[list(CASES).index(name) % 2]
    plain = serve(name, tutorial, tmp_path / "plain", ["uvicorn", "--loop", loop])
    command = ["minitasks", "run", "--json", "--backend", loop]
    recorded = serve(name, tutorial, tmp_path / "recorded", command, **outside)

    assert recorded.answers == plain.answers
    assert recorded.files == plain.files
    assert recorded.log == plain.log
    asked = [each for each in CASES[name] if not each.what.startswith("WS")]
    assert [each["request"] for each in recorded.document["runs"]] == [
        each.what.partition("?")[0] for each in asked
    ]
    check_places(recorded.document, json.loads((tmp_path / "calls.json").read_text()))


def check_places(document: Any, calls: list[tuple[str, bool]]) -> None:
    """Hold where each function is said to have run against the independent log."""
    found = [each for run in document["runs"] for each in run["findings"]]
    said = [each["figures"] for each in found if each["kind"] == "ran"]
    assert said
    on_loop = {function: {at for name, at in calls if name == function} for function, _ in calls}
    for figures in said:
        places = on_loop[figures["function"]]
        assert figures["on_event_loop"] in places, figures
