"""Server: a real one, on loopback, in the event loop of whoever opens it."""

import asyncio
import logging
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator

import anyio
import httpx2
import pytest
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from minitasks.errors import CannotRun
from minitasks.scenarios.marks import watching
from minitasks.scenarios.server import Client, serving

Endpoint = Callable[[Request], Awaitable[Response]]


def app_of(endpoint: Endpoint) -> Starlette:
    return Starlette(routes=[Route("/", endpoint, methods=["GET", "POST"])])


@pytest.fixture
def marks() -> Iterator[list[tuple[str, str]]]:
    """Collect each mark, with the thread that left it."""
    heard: list[tuple[str, str]] = []
    with watching(lambda text: heard.append((threading.current_thread().name, text))):
        yield heard


@pytest.fixture
def anyio_backend() -> str:
    """uvicorn needs asyncio."""
    return "asyncio"


@pytest.mark.anyio
async def test_the_task_begins_when_the_client_has_its_answer(marks: list[tuple[str, str]]) -> None:
    """Request, response, arrival, task: in this order, however slow the client is to arrive."""
    loop = asyncio.get_running_loop()

    def be_slow(text: str) -> None:
        if text.startswith("response 200"):
            for _ in range(50):
                turn = threading.Event()
                loop.call_soon_threadsafe(turn.set)
                turn.wait()
            marks.append(("client", "has been slow"))

    async def begin() -> None:
        marks.append(("task", "begins"))

    async def endpoint(request: Request) -> Response:
        return PlainTextResponse("hello", background=BackgroundTask(begin))

    with watching(be_slow):
        async with serving(app_of(endpoint)) as site:
            await site.visit("client", lambda client: client.post("/", json={}))
    assert marks == [
        ("client", "request sent"),
        ("MainThread", "response sent to client"),
        ("client", "response 200 complete at the client"),
        ("client", "has been slow"),
        ("task", "begins"),
    ]


@pytest.mark.anyio
async def test_leaving_waits_for_the_tasks() -> None:
    """The server stops when the background tasks have ended, not in the middle of one."""
    ended = []

    async def task() -> None:
        await anyio.sleep(0.05)
        ended.append(True)

    async def endpoint(request: Request) -> Response:
        return PlainTextResponse("hello", background=BackgroundTask(task))

    async with serving(app_of(endpoint)) as site:
        await site.visit("client", lambda client: client.get("/", when_sent=lambda: None))
    assert ended


@pytest.mark.anyio
async def test_a_failing_task_is_marked_and_not_logged(
    marks: list[tuple[str, str]], caplog: pytest.LogCaptureFixture
) -> None:
    """The server hears of the exception; the user's terminal does not."""

    def fail() -> None:
        raise LookupError

    async def endpoint(request: Request) -> Response:
        return PlainTextResponse("hello", background=BackgroundTask(fail))

    async with serving(app_of(endpoint)) as site:
        await site.visit("client", lambda client: client.get("/", when_sent=lambda: None))
    assert marks[-1] == ("MainThread", "exception reaches the server: LookupError")
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


@pytest.mark.anyio
async def test_what_a_client_raises_is_raised() -> None:
    """A client that fails in its thread fails the scenario."""

    async def endpoint(request: Request) -> Response:
        return PlainTextResponse("hello")

    def fail(client: Client) -> None:
        raise LookupError("no such page")

    with pytest.RaisesGroup(LookupError):
        async with serving(app_of(endpoint)) as site:
            await site.visit("client", fail)


@pytest.mark.anyio
async def test_no_free_port_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a socket there is no server, and no traceback either."""

    def refuse(address: tuple[str, int]) -> socket.socket:
        raise OSError(98, "Address already in use")

    async def endpoint(request: Request) -> Response:
        return PlainTextResponse("hello")

    monkeypatch.setattr(socket, "create_server", refuse)
    with pytest.raises(CannotRun, match=r"^no free port on 127\.0\.0\.1: Address already in use$"):
        async with serving(app_of(endpoint)):
            pass


@pytest.mark.anyio
async def test_the_port_is_free_again() -> None:
    """Once the server has stopped, nobody answers at its address."""

    async def endpoint(request: Request) -> Response:
        return PlainTextResponse("hello")

    async with serving(app_of(endpoint)) as site:
        address = site.address
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(address, trust_env=False)
