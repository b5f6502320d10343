"""Server: a real one, on loopback, in the event loop of whoever opens it."""

import asyncio
import logging
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from unittest import mock

import anyio
import httpx2
import pytest
from starlette.applications import Starlette
from starlette.background import BackgroundTask, BackgroundTasks
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from minitasks.errors import CannotRun
from minitasks.scenarios.marks import request_number, watching
from minitasks.scenarios.server import Client, Marked, Site, serving

pytestmark = pytest.mark.anyio


def app_of(*tasks: Callable[[], object]) -> Starlette:
    """Make an application that says hello, and has some tasks behind its answer."""

    async def endpoint(request: Request) -> Response:
        background = BackgroundTasks([BackgroundTask(task) for task in tasks])
        return PlainTextResponse("hello", background=background)

    return Starlette(routes=[Route("/", endpoint, methods=["GET", "POST"])])


def get(client: Client) -> None:
    client.get("/")


@pytest.fixture
def marks() -> Iterator[list[tuple[str, str]]]:
    heard: list[tuple[str, str]] = []
    with watching(lambda text: heard.append((threading.current_thread().name, text))):
        yield heard


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def test_the_answer_is_sent_before_the_task_is_called(marks: list[tuple[str, str]]) -> None:
    """On the event loop: the request arrives, its answer is sent, the task runs, it is done.

    And leaving waits for that: the server stops when the task has ended, not in its middle.
    """

    async def task() -> None:
        await anyio.sleep(0.2)  # longer than uvicorn takes to notice that it is to exit
        marks.append(("MainThread", "task"))

    async with serving(app_of(task)) as site:
        await site.visit("client", lambda client: client.post("/", json={}))
    assert [text for thread, text in marks if thread == "MainThread"] == [
        "POST / arrives",
        "POST /: 200 sent",
        "task",
        "POST / done",
    ]
    assert [text for thread, text in marks if thread == "client"] == [
        "request sent: POST /",
        "response 200 complete at the client",
    ]


async def test_nothing_is_held_back() -> None:
    """The task begins though the client has read nothing of its answer: uvicorn waits for none."""
    begun = anyio.Event()

    async def begin() -> None:
        begun.set()

    async with serving(app_of(begin)) as site:
        address, _, port = site.address.removeprefix("http://").partition(":")
        reader, writer = await asyncio.open_connection(address, int(port))
        writer.write(b"GET / HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n")
        with anyio.fail_after(5):
            await begun.wait()
        assert (await reader.read()).endswith(b"hello")
        writer.close()
    # Once the server has stopped, nobody answers there.
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(site.address, trust_env=False)


@pytest.mark.parametrize("of_task", [True, False], ids=["a task", "a client"])
async def test_what_fails_is_heard_where_it_belongs(
    of_task: bool, marks: list[tuple[str, str]], caplog: pytest.LogCaptureFixture
) -> None:
    """What a task raises by the server, not in the terminal; a client's fails the scenario."""

    def fail(client: Client | None = None) -> None:
        raise LookupError

    with nullcontext() if of_task else pytest.RaisesGroup(LookupError):
        async with serving(app_of(*[fail] * of_task)) as site:
            await site.visit("client", get if of_task else fail)
    heard = ("MainThread", "exception reaches the server: LookupError") in marks
    assert heard == of_task
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


async def test_requests_are_told_apart_in_threads_too() -> None:
    """What runs for a request, on the event loop or in a thread, has the request's number."""
    numbers: list[int] = []

    def look() -> None:
        numbers.append(request_number.get())

    async def look_async() -> None:
        look()

    def ask_twice(client: Client) -> None:
        get(client)
        get(client)

    async with serving(app_of(look, look_async)) as site:
        await site.visit("client", ask_twice)
    assert sorted(numbers) == [1, 1, 2, 2]
    assert request_number.get() == 0


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/a?b=1&c=d+e#f", "/a?b=1&c=d+e"),
        ("/é x", "/%C3%A9%20x"),
        ("/a%20b?c=[1]", "/a%20b?c=%5B1%5D"),
        ("//x", "//x"),
        ("/\udcff\n", "/%FF%0A"),
    ],
)
async def test_the_client_sends_what_was_typed(path: str, target: str) -> None:
    """A path is quoted where it must be, and no more; what is no UTF-8 is sent as it is."""

    async def say_what_came(scope: Scope, receive: Receive, send: Send) -> None:
        query = b"?" * bool(scope["query_string"]) + scope["query_string"]
        seen.append((scope["raw_path"] + query).decode())
        seen.append((await receive())["body"])
        await Response()(scope, receive, send)

    seen: list[object] = []
    async with serving(say_what_came) as site:
        await site.visit("client", lambda client: client.request("POST", path, "é\udcff"))
    assert seen == [target, b"\xc3\xa9\xff"]


async def test_what_is_no_http_request_passes_untouched(marks: list[tuple[str, str]]) -> None:
    """A WebSocket's and a lifespan's three arguments reach the application as they are."""
    application, receive, send = mock.AsyncMock(), mock.AsyncMock(), mock.AsyncMock()
    for kind in ("websocket", "lifespan"):
        scope = {"type": kind}
        await Marked(application)(scope, receive, send)
        given = application.mock_calls[-1].args
        assert all(one is other for one, other in zip(given, (scope, receive, send), strict=True))
    assert marks == []


async def test_no_free_port_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a socket there is no server, and no traceback either."""
    taken = OSError(98, "Address already in use")
    monkeypatch.setattr(socket, "create_server", mock.Mock(side_effect=taken))
    with pytest.raises(CannotRun, match=r"^no free port on 127\.0\.0\.1: Address already in use$"):
        async with serving(app_of()):
            pass


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


class CancelledMeanwhile(asyncio.Future[object]):
    """A future that is cancelled when it has just been asked whether it is."""

    def set_result(self, result: object) -> None:
        self.cancel()
        super().set_result(result)


def test_ctrl_c_in_the_moment_in_which_a_visit_ends_is_no_error(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """asyncio cancels the main task in a signal handler: between any two steps of other code."""

    async def leave() -> None:
        monkeypatch.setattr(asyncio.get_running_loop(), "create_future", CancelledMeanwhile)
        with pytest.raises(asyncio.CancelledError):
            await Site("http://127.0.0.1:1").visit("client", lambda client: None)

    asyncio.run(leave())
    assert caplog.text == ""
