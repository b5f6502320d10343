"""Server: a real uvicorn on a free loopback port, and real HTTP clients in threads of their own.

The server runs in the scenario's own event loop. At the end of each response it waits until the
client has it: without that, the answer's arrival and the first background task would come in either
order, a few microseconds apart, and each run would draw another picture. uvicorn does not wait.
"""

import asyncio
import concurrent.futures
import contextlib
import functools
import socket
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import anyio
import httpx2
import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from minitasks.errors import CannotRun
from minitasks.scenarios.marks import mark

PATIENCE = 5.0  # seconds; only a client that died is waited for so long


def patience() -> float | None:
    """Give the longest wait, in seconds. Under a debugger, whose user thinks for longer: None."""
    return None if is_debugged() else PATIENCE


def is_debugged() -> bool:
    """Tell whether a debugger, by either of Python's ways, watches this thread."""
    trace = sys.gettrace()
    if trace is not None:
        # Up to Python 3.11 a recording traces too, but it stops nowhere.
        return not getattr(trace, "__module__", "").startswith("minitasks.timeline")
    return sys.version_info >= (3, 12) and bool(sys.monitoring.get_tool(sys.monitoring.DEBUGGER_ID))


class Server(uvicorn.Server):
    """uvicorn, but it tells when it is ready and leaves Ctrl-C to the command."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to listen, then say so."""
        await super().startup(sockets)
        self.ready.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals as they are."""
        yield


class Client:
    """An HTTP client that leaves a mark for each request and each response."""

    def __init__(self, address: str, arrived: Callable[[], object]) -> None:
        # No proxy from the environment, and no certificates to load for plain HTTP on loopback.
        self._http = httpx2.Client(
            base_url=address,
            headers={"x-client": threading.current_thread().name},
            trust_env=False,
            verify=False,
            timeout=patience(),
        )
        self._arrived = arrived

    def post(self, path: str, json: dict[str, str]) -> None:
        """Post something and wait for the whole response."""
        mark("request sent")
        self._arrive(self._http.post(path, json=json))

    def get(self, path: str, when_sent: Callable[[], None]) -> None:
        """Get something and wait for the whole response; `when_sent` is called before the wait."""
        mark("request sent")
        when_sent()
        self._arrive(self._http.get(path))

    def _arrive(self, response: httpx2.Response) -> None:
        mark(f"response {response.status_code} complete at the client")
        self._arrived()

    def close(self) -> None:
        """Close its connection."""
        self._http.close()


class Site:
    """An application that is being served, as its visitors see it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._arrivals: dict[str, asyncio.Event] = {}
        self.address = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, and wait with the response's end until the client has it."""
        name = dict(scope["headers"])[b"x-client"].decode()

        async def send_and_wait(message: Message) -> None:
            if not is_last(message):
                return await send(message)
            # Before the bytes are on their way: the client would else be done before this line is.
            mark(f"response sent to {name}")
            await send(message)
            await asyncio.wait_for(self._arrivals[name].wait(), patience())

        try:
            await self._app(scope, receive, send_and_wait)
        except Exception as error:
            mark(f"exception reaches the server: {type(error).__name__}")
            raise

    async def visit(self, name: str, what_it_does: Callable[[Client], object]) -> None:
        """Let a new client do something, in a thread of its own, and wait until it is done."""
        loop = asyncio.get_running_loop()
        arrived = self._arrivals[name] = asyncio.Event()
        tell = functools.partial(loop.call_soon_threadsafe, arrived.set)
        outcome: concurrent.futures.Future[None] = concurrent.futures.Future()
        work = (what_it_does, self.address, tell, outcome)
        # A daemon: Ctrl-C must not wait for a client that waits for a server that is gone.
        threading.Thread(target=run_client, args=work, name=name, daemon=True).start()
        await asyncio.wrap_future(outcome)


def is_last(message: Message) -> bool:
    """Tell whether a message ends the response."""
    return message["type"] == "http.response.body" and not message.get("more_body", False)


def run_client(
    what_it_does: Callable[[Client], object],
    address: str,
    arrived: Callable[[], object],
    outcome: concurrent.futures.Future[None],
) -> None:
    """Do what a client does; hand over what it raises, since nobody looks at a thread's end."""
    client = Client(address, arrived)
    try:
        what_it_does(client)
        outcome.set_result(None)
    except Exception as error:
        # After Ctrl-C nobody waits for the outcome any more, and it takes none.
        with contextlib.suppress(concurrent.futures.InvalidStateError):
            outcome.set_exception(error)
    finally:
        client.close()


@contextlib.asynccontextmanager
async def serving(app: ASGIApp) -> AsyncIterator[Site]:
    """Serve an application while the block runs, and at its end wait for its background tasks.

    Raises:
        CannotRun: This machine has no free port on 127.0.0.1.
    """
    site = Site(app)
    server = Server(quiet(site))
    with loopback_socket() as listener:
        site.address = "http://{}:{}".format(*listener.getsockname())
        async with anyio.create_task_group() as group:
            group.start_soon(server.serve, [listener])
            await server.ready.wait()
            yield site
            server.should_exit = True


def quiet(app: Any) -> uvicorn.Config:
    """Configure uvicorn to print nothing; h11 so that the server is the same wherever it runs."""
    return uvicorn.Config(
        app, http="h11", ws="none", lifespan="off", log_config=None, log_level="critical"
    )


def loopback_socket() -> socket.socket:
    """Listen on a free port of this machine."""
    try:
        return socket.create_server(("127.0.0.1", 0))
    except OSError as error:
        raise CannotRun(f"no free port on 127.0.0.1: {error.strerror}") from error
