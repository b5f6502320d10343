"""An answer that breaks off: what is said of it, and of the requests behind it."""

from pathlib import Path

from tests.timeline.served_by_command import served

BREAKING = """
import time

from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route


async def body():
    yield "half of it"
    raise ValueError("no more")


async def breaks(request):
    return StreamingResponse(body())


async def blocks(request):
    time.sleep(0.1)
    return PlainTextResponse("done")


app = Starlette(routes=[Route("/breaks", breaks), Route("/blocks", blocks)])
"""


def test_a_request_that_broke_off_waits_for_nothing(tmp_path: Path) -> None:
    """It began an answer and sent no whole one; what holds the loop later concerns it no more."""
    broken, blocking = served(tmp_path, BREAKING, "/breaks", "/blocks")
    (raised,) = [each["text"] for each in broken if each["kind"] == "raised"]
    assert "the application sent no whole answer, and it reached the server" in raised
    assert [each["figures"]["requests_waited"] for each in blocking if each["kind"] == "held"] == [
        0
    ]
