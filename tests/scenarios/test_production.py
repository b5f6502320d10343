"""The order of answer and tasks as production has it: the server and its client in two processes.

uvicorn runs as it is, with its defaults; both processes read the same clock. That a large answer
waits for a task that blocks is shown by docs/snippets/production/large_body.py.
"""

import time
from pathlib import Path

import pytest

from tests.docs.snippets import snippet

APP = """
import time
from starlette.background import BackgroundTask
from starlette.responses import Response


async def task():
    print("called", time.monotonic())


async def app(scope, receive, send):
    async def send_noted(message):
        if message["type"] == "http.response.body":
            print("sent", time.monotonic())
        await send(message)

    await Response(b"hello", background=BackgroundTask(task))(scope, receive, send_noted)
"""


@pytest.mark.slow
def test_the_answer_is_sent_first_and_the_client_may_have_it_after_the_call(tmp_path: Path) -> None:
    """Of 100 requests each is sent before its task is called; when the client has it is open."""
    (tmp_path / "hello.py").write_text(APP)
    options = ("--app-dir", str(tmp_path), "--lifespan", "off")
    arrived = []
    with (
        snippet("production/serving.py") as serving,
        serving.served("hello:app", "uvicorn", *options) as server,
    ):
        for _ in range(100):
            assert server.client.get("/").content == b"hello"
            arrived.append(time.monotonic())
        serving.wait_until(lambda: len(server.said()) == 200)
        noted = [line.split() for line in server.said()]
    sent, called = (
        [float(time) for what, time in noted if what == asked] for asked in ("sent", "called")
    )
    assert len(sent) == len(called) == 100
    assert all(first <= then for first, then in zip(sent, called, strict=True))
    # That it comes both ways is what an arrangement would hide: at least once after the call.
    assert any(then < there for then, there in zip(called, arrived, strict=True))
