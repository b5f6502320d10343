"""A task that calls sys.exit(): it may end the server; its request is told in either case."""

from pathlib import Path

import pytest

from tests.timeline.served_by_command import served

EXITING = """
import sys

from fastapi import BackgroundTasks, FastAPI

app = FastAPI()


def leave(): sys.exit(3)


@app.get("/")
async def index(tasks: BackgroundTasks):
    tasks.add_task(leave)
"""

MIDDLEWARE = """
@app.middleware("http")
async def passing(request, call_next):
    return await call_next(request)
"""


@pytest.mark.parametrize(
    ("middleware", "code", "became"),
    [
        ("", 0, "it reached the server, which can only log it: the answer was sent before."),
        (MIDDLEWARE, 3, "it ended the server."),
    ],
)
def test_a_request_that_ends_the_server_is_told(
    tmp_path: Path, middleware: str, code: int, became: str
) -> None:
    """The command ends with the code that the server ended with, and says what ended it."""
    (findings,) = served(tmp_path, EXITING + middleware, "/", code=code)
    raised = [each["text"] for each in findings if each["kind"] == "raised"]
    assert len(raised) == 1
    assert raised[0].endswith(f"raised SystemExit(3): {became}")
