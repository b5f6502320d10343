"""A real server: Starlette and FastAPI under uvicorn on loopback, and a real HTTP client.

Server and client share one event loop. The task can't end before the client has the whole answer,
because it waits for the client to say so; were it the other way round, nothing would move.
"""

import threading
from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any

import anyio
import fastapi
import httpx2
import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse, StreamingResponse
from starlette.routing import Route

from minitasks.scenarios.library import Library
from minitasks.scenarios.server import serving
from tests.journal import LOOP, WORKER, Journal

App = Callable[..., Any]
Work = Callable[[str], Any]
is_async_or_not = pytest.mark.parametrize("is_async", [True, False], ids=["async", "sync"])

# -- the applications -----------------------------------------------------------------------------


async def two_chunks() -> AsyncIterator[bytes]:
    yield b'"an'
    yield b'swer"'


def a_list(library: Library, work: Work) -> Any:
    tasks = library.BackgroundTasks()
    tasks.add_task(work, "first")
    return tasks


RESPONSES: dict[str, Callable[[Library, Work], App]] = {
    "Response, a task": lambda library, work: PlainTextResponse(
        '"answer"', background=library.BackgroundTask(work, "first")
    ),
    "Response, a list": lambda library, work: PlainTextResponse(
        '"answer"', background=a_list(library, work)
    ),
    "JSONResponse": lambda library, work: JSONResponse("answer", background=a_list(library, work)),
    "StreamingResponse": lambda library, work: StreamingResponse(
        two_chunks(), background=a_list(library, work)
    ),
}


def fastapi_holding_ours(library: Library, work: Work) -> App:
    """Add a list of ours to the tasks that FastAPI injects."""
    app = fastapi.FastAPI()

    @app.get("/")
    async def endpoint(injected: fastapi.BackgroundTasks) -> str:
        injected.add_task(a_list(library, work))
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


# -- the law --------------------------------------------------------------------------------------


def check(make_app: Callable[[Work], App], is_async: bool) -> None:
    """Let the task wait until the client has the whole answer; the client is not kept waiting."""
    journal = Journal()
    answered = threading.Event()

    def work(name: str) -> None:
        journal.write(f"{name} task begins")
        assert answered.wait(timeout=30)
        journal.write(f"{name} task ends")

    async def work_async(name: str) -> None:
        journal.write(f"{name} task begins")
        while not answered.is_set():
            await anyio.sleep(0.01)
        journal.write(f"{name} task ends")

    async def main() -> None:
        app = make_app(work_async if is_async else work)
        with anyio.fail_after(30):
            async with serving(app) as site, httpx2.AsyncClient(trust_env=False) as client:
                response = await client.get(site.address)
                assert (response.status_code, response.json()) == (200, "answer")
                journal.write("answer complete")
                answered.set()

    anyio.run(main)

    place = LOOP if is_async else WORKER
    assert ("first task begins", place) in journal.entries
    assert journal.entries[-1] == ("first task ends", place)
    assert ("answer complete", LOOP) in journal.entries[:-1]
    assert len(journal.entries) == 3


@is_async_or_not
@pytest.mark.parametrize("name", RESPONSES)
def test_a_response_is_complete_at_the_client_before_its_task_ends(
    rebuilt: Library, name: str, is_async: bool
) -> None:
    """Starlette's responses carry a task or a list of ours as they carry their own."""
    check(lambda work: Starlette(routes=[Route("/", RESPONSES[name](rebuilt, work))]), is_async)


@is_async_or_not
@pytest.mark.parametrize("make_app", [fastapi_holding_ours, fastapi_injecting_ours])
def test_fastapi_runs_ours_after_the_response(
    rebuilt: Library, make_app: Callable[[Library, Work], App], is_async: bool
) -> None:
    """A list of ours is itself a task: FastAPI's injected tasks hold it, or inject it."""
    check(lambda work: make_app(rebuilt, work), is_async)
