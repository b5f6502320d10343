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
from starlette.types import Message, Receive, Scope, Send

from minitasks.errors import CannotRun
from minitasks.scenarios.marks import request_number, watching
from minitasks.scenarios.server import Client, Marked, Site, in_words, serving

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
async def test_the_answer_is_sent_before_the_task_is_called(marks: list[tuple[str, str]]) -> None:
    """On the event loop: the request arrives, its answer is sent, the task runs, it is done."""

    async def begin() -> None:
        marks.append(("MainThread", "task"))

    async def endpoint(request: Request) -> Response:
        return PlainTextResponse("hello", background=BackgroundTask(begin))

    async with serving(app_of(endpoint)) as site:
        await site.visit("client", lambda client: client.post("/", json={}))
    assert [text for thread, text in marks if thread == "MainThread"] == [
        "POST / arrives",
        "POST /: 200 sent",
        "task",
        "POST / done",
    ]
    assert [text for thread, text in marks if thread == "client"] == [
        "request sent",
        "response 200 complete at the client",
    ]


@pytest.mark.anyio
async def test_nothing_is_held_back() -> None:
    """The task begins though the client has read nothing of its answer: uvicorn waits for none."""
    begun = anyio.Event()

    async def endpoint(request: Request) -> Response:
        return PlainTextResponse("hello", background=BackgroundTask(begin))

    async def begin() -> None:
        begun.set()

    async with serving(app_of(endpoint)) as site:
        address, _, port = site.address.removeprefix("http://").partition(":")
        reader, writer = await asyncio.open_connection(address, int(port))
        writer.write(b"GET / HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n")
        with anyio.fail_after(5):
            await begun.wait()
        assert (await reader.read()).endswith(b"hello")
        writer.close()


@pytest.mark.anyio
async def test_requests_are_told_apart_in_threads_too() -> None:
    """What runs for a request, on the event loop or in a thread, has the request's number."""
    numbers: list[int] = []

    def look() -> None:
        numbers.append(request_number.get())

    async def endpoint(request: Request) -> Response:
        look()
        return PlainTextResponse("hello", background=BackgroundTask(look))

    def ask_twice(client: Client) -> None:
        client.get("/")
        client.get("/")

    async with serving(app_of(endpoint)) as site:
        await site.visit("client", ask_twice)
    assert sorted(numbers) == [1, 1, 2, 2]
    assert request_number.get() == 0


@pytest.mark.anyio
async def test_what_is_no_http_request_passes_untouched(marks: list[tuple[str, str]]) -> None:
    """A WebSocket's and a lifespan's three arguments reach the application as they are."""
    got: list[tuple[object, ...]] = []

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        got.append((scope, receive, send))

    async def receive() -> Message:
        return {}

    async def send(message: Message) -> None:
        pass

    scopes: list[Scope] = [{"type": "websocket"}, {"type": "lifespan"}]
    for scope in scopes:
        await Marked(application)(scope, receive, send)
    assert all(
        a is b
        for one, scope in zip(got, scopes, strict=True)
        for a, b in zip(one, (scope, receive, send), strict=True)
    )
    assert marks == []


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
        await site.visit("client", lambda client: client.get("/"))
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
        await site.visit("client", lambda client: client.get("/"))
    assert ("MainThread", "exception reaches the server: LookupError") in marks
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (LookupError(), "LookupError"),
        (ExceptionGroup("", [LookupError(), OSError()]), "ExceptionGroup of LookupError, OSError"),
    ],
)
def test_an_exception_is_named_with_those_it_holds(error: Exception, words: str) -> None:
    """A failure in a group is told by its own name, too."""
    assert in_words(error) == words


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

    def refuse(address: tuple[str, int], family: int) -> socket.socket:
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


@pytest.mark.parametrize("error", [None, ValueError("no")])
@pytest.mark.parametrize("is_loop_closed", [False, True])
def test_a_visit_that_nobody_waits_for_any_more_ends_quietly(
    error: Exception | None, is_loop_closed: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """Ctrl-C has cancelled the waiting: the client's outcome is nobody's, and no error."""
    begun, go_on, threads = threading.Event(), threading.Event(), []

    def linger(client: Client) -> None:
        threads.append(threading.current_thread())
        begun.set()
        go_on.wait()
        if error:
            raise error

    async def leave() -> None:
        visit = asyncio.create_task(Site("http://127.0.0.1:1").visit("client", linger))
        while not begun.is_set():
            await asyncio.sleep(0)
        visit.cancel()
        await asyncio.wait([visit])
        assert visit.cancelled()
        if not is_loop_closed:
            go_on.set()

    asyncio.run(leave())
    go_on.set()
    threads[0].join()
    assert caplog.text == ""
