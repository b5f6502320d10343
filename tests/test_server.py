"""A real server: Starlette and FastAPI under uvicorn on loopback, and a real HTTP client.

Server and client share one event loop. The task can't end before the client has the whole answer,
because it waits for the client to say so; were it the other way round, nothing would move.
"""

import threading
from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any

import anyio
import httpx2
import pytest
from starlette.responses import PlainTextResponse, StreamingResponse

from minitasks.scenarios.library import Library
from minitasks.scenarios.server import serving
from tests.journal import LOOP, WORKER, Journal

App = Callable[..., Any]
Work = Callable[[str], Any]


async def two_chunks() -> AsyncIterator[bytes]:
    yield b'"an'
    yield b'swer"'


def a_list(library: Library, work: Work) -> Any:
    tasks = library.BackgroundTasks()
    tasks.add_task(work, "first")
    return tasks


# Imported where it is needed: each of pytest-xdist's workers would import it.
def fastapi_holding_ours(library: Library, work: Work) -> App:
    import fastapi

    app = fastapi.FastAPI()

    @app.get("/")
    async def endpoint(injected: fastapi.BackgroundTasks) -> str:
        injected.add_task(a_list(library, work))
        return "answer"

    return app


def fastapi_injecting_ours(library: Library, work: Work) -> App:
    """Let a dependency of three lines inject a list of ours."""
    import fastapi

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


APPLICATIONS: dict[str, Callable[[Library, Work], App]] = {
    "Response, a task": lambda library, work: PlainTextResponse(
        '"answer"', background=library.BackgroundTask(work, "first")
    ),
    "StreamingResponse, a list": lambda library, work: StreamingResponse(
        two_chunks(), background=a_list(library, work)
    ),
    "FastAPI's tasks hold ours": fastapi_holding_ours,
    "FastAPI injects ours": fastapi_injecting_ours,
}


@pytest.mark.parametrize("is_async", [True, False], ids=["async", "sync"])
@pytest.mark.parametrize("name", APPLICATIONS)
def test_an_answer_is_complete_at_the_client_before_its_task_ends(
    rebuilt: Library, name: str, is_async: bool
) -> None:
    """Starlette's responses carry a task or a list of ours, and FastAPI's own tasks such a list."""
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
        app = APPLICATIONS[name](rebuilt, work_async if is_async else work)
        with anyio.fail_after(30):
            async with serving(app) as site, httpx2.AsyncClient(trust_env=False) as client:
                response = await client.get(site.address)
                assert (response.status_code, response.json()) == (200, "answer")
                journal.write("answer complete")
                answered.set()

    anyio.run(main)
    place = LOOP if is_async else WORKER
    begins, complete = ("first task begins", place), ("answer complete", LOOP)
    assert sorted(journal.entries[:-1]) == sorted([begins, complete])
    assert journal.entries[-1] == ("first task ends", place)
