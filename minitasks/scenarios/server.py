"""Server: a real uvicorn on a free loopback port, and real HTTP clients in threads of their own.

The server runs in the scenario's own event loop. Nothing is held back: when an answer has been
handed to uvicorn, the first background task begins, and the client has the answer before or after
that. `Marked` leaves marks round each request; the client leaves its own.
"""

import asyncio
import contextlib
import itertools
import socket
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from http.client import HTTPConnection
from json import dumps, loads
from urllib.parse import quote, unquote, urldefrag, urlsplit

import anyio
import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from minitasks.errors import CannotRun
from minitasks.scenarios.marks import mark, request_number
from minitasks.scenarios.signals import TIMEOUT

CLIENT_LEFT = "the client had left, "


def timeout() -> float | None:
    """Give the longest wait, in seconds. Under a debugger, whose user thinks for longer: None."""
    return None if is_debugged() else 5 * TIMEOUT


def is_debugged() -> bool:
    """Tell whether a debugger, by either of Python's ways, watches this thread."""
    trace = sys.gettrace()
    if trace is not None:
        # Up to Python 3.11 a recording traces too, but it stops nowhere.
        return not getattr(trace, "__module__", "").startswith("minitasks.timeline")
    return sys.version_info >= (3, 12) and bool(sys.monitoring.get_tool(sys.monitoring.DEBUGGER_ID))


class Server(uvicorn.Server):
    """uvicorn, but it tells when it is ready."""

    def __init__(self, config: uvicorn.Config, when_ready: Callable[[], object]) -> None:
        super().__init__(config)
        self._when_ready = when_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to listen, then say so, unless the application's own start-up failed."""
        await super().startup(sockets)
        if self.started:
            self._when_ready()


class GuestServer(Server):
    """A server in an event loop that is not its own: Ctrl-C is not for it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals as they are."""
        yield


class Marked:
    """A plain ASGI application round another: it leaves marks, and passes each message on."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._numbers = itertools.count(1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, with a mark when it arrives, is answered and is done."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        request_number.set(next(self._numbers))
        name = f"{scope['method']} {scope['path']}"
        status = 0

        async def send_marked(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            elif message["type"] == "http.response.body" and not message.get("more_body"):
                # Before the bytes are on their way: the client can't have them earlier than this.
                # Where there is no client any more, uvicorn drops them.
                is_gone = getattr(getattr(send, "__self__", None), "disconnected", False)
                mark(f"{name}: {CLIENT_LEFT if is_gone else ''}{status} sent")
            await send(message)

        mark(f"{name} arrives")
        try:
            await self._app(scope, receive, send_marked)
        except BaseException as error:
            mark(f"exception reaches the server: {in_words(error)}")
            raise
        finally:
            mark(f"{name} done")


def in_words(error: BaseException) -> str:
    """Name an exception, and those that a group holds."""
    kind = type(error).__name__
    if not isinstance(error, BaseExceptionGroup):
        return kind
    return f"{kind} of {', '.join(in_words(inner) for inner in error.exceptions)}"


class Client:
    """An HTTP client that leaves a mark for each request and each response."""

    def __init__(self, address: str, timeout: float | None) -> None:
        at = urlsplit(address)
        assert at.hostname
        self._connection = HTTPConnection(at.hostname, at.port, timeout=timeout)

    def close(self) -> None:
        self._connection.close()

    def get(self, path: str, when_sent: Callable[[], object] = lambda: None) -> int:
        """Get a page; give the status of the answer."""
        return self.request("GET", path, when_sent=when_sent)

    def post(self, path: str, json: object) -> int:
        """Post a JSON object; give the status of the answer."""
        return self.request("POST", path, dumps(json))

    def request(
        self,
        method: str,
        path: str,
        body: str | None = None,
        when_sent: Callable[[], object] = lambda: None,
    ) -> int:
        """Send a request, whose body is JSON or else a form, and wait for the whole answer."""
        # Bytes of the command line that are no UTF-8 are sent as they are.
        path = quote(urldefrag(path).url, "/?%:@!$&'()*+,;=", errors="surrogateescape")
        # What can't be shown is told as where it arrives.
        shown = path if unquote(path).isprintable() else unquote(path)
        kind = {} if body is None else {"content-type": kind_of(body)}
        headers = {"accept": "*/*", "user-agent": "minitasks", **kind}
        mark(f"request sent: {method} {shown}")
        content = body and body.encode(errors="surrogateescape")
        self._connection.request(method, path, content, headers)
        when_sent()
        response = self._connection.getresponse()
        response.read()
        mark(f"response {response.status} complete at the client")
        return response.status


def kind_of(body: str) -> str:
    try:
        loads(body)
    except ValueError:
        return "application/x-www-form-urlencoded"
    return "application/json"


class Site:
    """An application that is being served, as its visitors see it."""

    def __init__(self, address: str) -> None:
        self.address = address

    async def visit(self, name: str, what_it_does: Callable[[Client], object]) -> None:
        """Let a new client do something, in a thread of its own, and wait until it is done."""
        loop = asyncio.get_running_loop()
        outcome = loop.create_future()

        def end(error: Exception | None) -> None:
            # Ctrl-C cancels the waiting between any two steps: it can't be asked about before.
            with contextlib.suppress(asyncio.InvalidStateError):
                outcome.set_exception(error) if error else outcome.set_result(None)

        def run_client() -> None:
            failure = None
            try:
                with contextlib.closing(Client(self.address, timeout())) as client:
                    what_it_does(client)
            except Exception as error:  # nobody looks at a thread's end
                failure = error
            with contextlib.suppress(RuntimeError):  # the event loop is closed
                loop.call_soon_threadsafe(end, failure)

        # A daemon: Ctrl-C must not wait for a client that waits for a server that is gone.
        threading.Thread(target=run_client, name=name, daemon=True).start()
        await outcome


@contextlib.asynccontextmanager
async def serving(app: ASGIApp) -> AsyncIterator[Site]:
    """Serve an application while the block runs, and at its end wait for its background tasks.

    Raises:
        CannotRun: This machine has no free port on 127.0.0.1.
    """
    # h11, so that the server is the same wherever it runs; what a task raises stands in the marks.
    config = uvicorn.Config(
        Marked(app), http="h11", ws="none", lifespan="off", log_config=None, log_level="critical"
    )
    ready = asyncio.Event()
    server = GuestServer(config, ready.set)
    with listener() as open_socket:
        address = "http://{}:{}".format(*open_socket.getsockname())
        async with anyio.create_task_group() as group:
            group.start_soon(server.serve, [open_socket])
            await ready.wait()
            yield Site(address)
            server.should_exit = True


def listener(host: str = "127.0.0.1", port: int = 0) -> socket.socket:
    """Listen on a port of this machine, a free one unless it is named."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family)
    except OSError as error:
        what = f"port {port} on {host} can't be opened" if port else f"no free port on {host}"
        raise CannotRun(f"{what}: {error.strerror}") from error
