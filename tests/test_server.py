"""A real server: Starlette and FastAPI under uvicorn on loopback, and a real HTTP client.

Server and client share one event loop. The task can't end before the client has the whole answer,
because it waits for the client to say so; were it the other way round, nothing would move.
"""

import contextlib
import socket
import threading
from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any

import anyio
import anyio.from_thread
import fastapi
import httpx2
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from minitasks.scenarios.library import Library
from tests.journal import Journal

App = Callable[..., Any]
Work = Callable[[str], Any]


class StartedServer(uvicorn.Server):
    """A server that tells when it listens."""

    def __init__(self, app: App) -> None:
        config = uvicorn.Config(app, lifespan="off", ws="none", log_config=None)
        super().__init__(config)
        self.listening = anyio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to listen, and tell."""
        await super().startup(sockets)
        self.listening.set()


@contextlib.asynccontextmanager
async def client_of(app: App) -> AsyncIterator[httpx2.AsyncClient]:
    """Serve the app on a free port of loopback, to the client."""
    server = StartedServer(app)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        async with anyio.create_task_group() as group:
            group.start_soon(server.serve, [listener])
            await server.listening.wait()
            async with httpx2.AsyncClient(base_url=url, trust_env=False) as client:
                yield client
            server.should_exit = True


# -- the applications -----------------------------------------------------------------------------


def starlette_app(make_response: Callable[[Any], Response], task: Any) -> App:
    """Answer with a response that carries the task."""

    async def endpoint(request: Request) -> Response:
        return make_response(task)

    return Starlette(routes=[Route("/", endpoint)])


async def two_chunks() -> AsyncIterator[bytes]:
    """Stream the answer in two parts."""
    yield b'"an'
    yield b'swer"'


RESPONSES: dict[str, Callable[[Any], Response]] = {
    "Response": lambda task: PlainTextResponse('"answer"', background=task),
    "JSONResponse": lambda task: JSONResponse("answer", background=task),
    "StreamingResponse": lambda task: StreamingResponse(two_chunks(), background=task),
}


def a_task(library: Library, work: Work) -> Any:
    """Give a response one task."""
    return library.BackgroundTask(work, "first")


def a_list(library: Library, work: Work) -> Any:
    """Give a response a list of one task."""
    tasks = library.BackgroundTasks()
    tasks.add_task(work, "first")
    return tasks


def fastapi_holding_ours(library: Library, work: Work) -> App:
    """Add a list of ours to the tasks that FastAPI injects."""
    app = fastapi.FastAPI()

    @app.get("/")
    async def endpoint(injected: fastapi.BackgroundTasks) -> str:
        ours = library.BackgroundTasks()
        ours.add_task(work, "first")
        injected.add_task(ours)
        return "answer"

    return app


def fastapi_injecting_ours(library: Library, work: Work) -> App:
    """Let a dependency of three lines inject a list of ours."""
    app = fastapi.FastAPI()

    def our_tasks(injected: fastapi.BackgroundTasks) -> Any:
        tasks = library.BackgroundTasks()
        injected.add_task(tasks)
        return tasks

    @app.get("/")
    async def endpoint(tasks: Annotated[Any, fastapi.Depends(our_tasks)]) -> str:
        tasks.add_task(work, "first")
        return "answer"

    return app


FASTAPI = {"injected tasks hold ours": fastapi_holding_ours, "injects ours": fastapi_injecting_ours}

# -- the law --------------------------------------------------------------------------------------


async def assert_answered_first(
    make_app: Callable[[Work], App], journal: Journal, is_async: bool
) -> None:
    """Let the task wait until the client has the whole answer; the client is not kept waiting."""
    answered = threading.Event()
    answered_on_loop = anyio.Event()
    ended = anyio.Event()

    def work(name: str) -> None:
        journal.write(f"{name} task begins")
        assert answered.wait(timeout=30)
        journal.write(f"{name} task ends")
        anyio.from_thread.run_sync(ended.set)

    async def work_async(name: str) -> None:
        journal.write(f"{name} task begins")
        await answered_on_loop.wait()
        journal.write(f"{name} task ends")
        ended.set()

    with anyio.fail_after(30):
        async with client_of(make_app(work_async if is_async else work)) as client:
            response = await client.get("/")
            assert (response.status_code, response.json()) == (200, "answer")
            journal.write("answer complete")
            answered.set()
            answered_on_loop.set()
            await ended.wait()


def check(make_app: Callable[[Work], App], is_async: bool) -> None:
    """Run the law, and look at the order and the threads of what happened."""
    journal = Journal()

    anyio.run(assert_answered_first, make_app, journal, is_async)

    place = "event loop" if is_async else "worker thread"
    assert ("first task begins", place) in journal.entries
    assert journal.entries[-1] == ("first task ends", place)
    assert ("answer complete", "event loop") in journal.entries[:-1]
    assert len(journal.entries) == 3


@pytest.mark.parametrize("is_async", [True, False], ids=["async", "sync"])
@pytest.mark.parametrize(
    ("response", "build"),
    [
        ("Response", a_task),
        ("Response", a_list),
        ("JSONResponse", a_list),
        ("StreamingResponse", a_list),
    ],
)
def test_a_response_is_complete_at_the_client_before_its_task_ends(
    rebuilt: Library, response: str, build: Callable[..., Any], is_async: bool
) -> None:
    """Starlette's responses carry a task or a list of ours as they carry their own."""
    check(lambda work: starlette_app(RESPONSES[response], build(rebuilt, work)), is_async)


@pytest.mark.parametrize("is_async", [True, False], ids=["async", "sync"])
@pytest.mark.parametrize("name", FASTAPI)
def test_fastapi_runs_ours_after_the_response(rebuilt: Library, name: str, is_async: bool) -> None:
    """A list of ours is itself a task: FastAPI's injected tasks hold it, or inject it."""
    check(lambda work: FASTAPI[name](rebuilt, work), is_async)
