"""The order of answer and tasks as production has it: the server and its client in two processes.

uvicorn runs as it is, with its defaults; both processes read the same clock.
"""

import json
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

APP = """
import json, sys, time
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.responses import Response
from starlette.routing import Route

SIZE = int(sys.argv[1])
log = []


async def block():
    log.append(("called", time.monotonic()))
    time.sleep(0.3 if SIZE > 1_000_000 else 0)
    log.append(("ended", time.monotonic()))


async def give(request):
    return Response(b"x" * SIZE, background=BackgroundTask(block))


async def tell(request):
    return Response(json.dumps(log))


class Noting:
    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        async def send_noted(message):
            if message["type"] == "http.response.body" and scope["path"] == "/give":
                log.append(("sent", time.monotonic()))
            await send(message)

        await self.app(scope, receive, send_noted)


if __name__ == "__main__":
    import uvicorn

    uvicorn.run(Noting(Starlette(routes=[Route("/give", give), Route("/tell", tell)])), port=0)
"""


@contextmanager
def served(folder: Path, size: int) -> Iterator[str]:
    """Serve in a process of its own an answer of some size with a task behind it."""
    (folder / "shop.py").write_text(APP)
    command = [sys.executable, "-u", "shop.py", str(size)]
    with subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        running = next(line for line in process.stderr if "running on" in line)
        yield next(word for word in running.split() if word.startswith("http://"))
        process.send_signal(signal.SIGINT)
        process.stderr.read()


def fetch(url: str) -> tuple[bytes, float]:
    """Fetch all of an answer, and tell when it was there."""
    with urllib.request.urlopen(url) as answer:
        body: bytes = answer.read()
    return body, time.monotonic()


def times(log: list[Any], what: str) -> list[float]:
    return [time for noted, time in log if noted == what]


def test_the_answer_is_sent_first_and_the_client_may_have_it_after_the_call(tmp_path: Path) -> None:
    """Of 100 requests each is sent before its task is called; when the client has it is open."""
    with served(tmp_path, size=5) as address:
        arrived = [fetch(f"{address}/give")[1] for _ in range(100)]
        log = json.loads(fetch(f"{address}/tell")[0])
    sent, called = times(log, "sent"), times(log, "called")
    assert len(sent) == len(called) == 100
    assert all(first <= then for first, then in zip(sent, called, strict=True))
    # That it comes both ways is what an arrangement would hide: at least once after the call.
    assert any(then < there for then, there in zip(called, arrived, strict=True))


def test_a_large_answer_waits_for_a_task_that_blocks(tmp_path: Path) -> None:
    """20 MB are more than a socket takes at once: the rest is sent when the task has ended."""
    with served(tmp_path, size=20_000_000) as address:
        body, arrived = fetch(f"{address}/give")
        log = json.loads(fetch(f"{address}/tell")[0])
    (sent,), (called,), (ended,) = (times(log, what) for what in ("sent", "called", "ended"))
    assert len(body) == 20_000_000
    assert sent < called < ended < arrived
