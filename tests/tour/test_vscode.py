"""debugpy, VS Code's debugger, with the settings of the launch.json that the tour writes."""

import json
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from minitasks.scenarios import find_scenario
from minitasks.tour.editor import write_launch_json
from minitasks.tour.listing import places_of
from tests.parts import need_part
from tests.tour.dap import Client

pytestmark = pytest.mark.debugger

MINITASKS = Path(find_scenario("sync-task").file).parents[1]


@pytest.fixture
def launch(tmp_path: Path) -> Iterator[Any]:
    """Give a function that starts a debug session of one of launch.json's configurations."""
    need_part(find_spec("debugpy"), "debugpy: python -m pip install debugpy")
    path, _ = write_launch_json(tmp_path)
    configurations = json.loads(path.read_text(encoding="utf-8"))["configurations"]
    by_name = {each["name"]: each for each in configurations}
    sessions = []

    def start(name: str, **changes: Any) -> Client:
        session = Client({**by_name[name], **changes}, tmp_path)
        sessions.append(session)
        return session

    yield start
    for session in sessions:
        session.__exit__()


def line_of(file: Path, text: str) -> int:
    """Find the first line of a file that begins with a text."""
    lines = file.read_text(encoding="utf-8").splitlines()
    return next(at for at, line in enumerate(lines, 1) if line.strip().startswith(text))


def test_breakpoints_stop_on_the_event_loop_and_in_the_worker_thread(launch: Any) -> None:
    """One before the await, one in the sync function, one behind: stack and locals can be read."""
    concurrency, scenario = MINITASKS / "concurrency.py", MINITASKS / "scenarios" / "sync_task.py"
    session = launch("minitasks: sync-task")
    taken = session.start(
        {
            concurrency: [
                line_of(concurrency, "result = await"),
                line_of(concurrency, "return result"),
            ],
            scenario: [line_of(scenario, "for _ in range(pages)")],
        }
    )
    assert taken == [True, True, True]

    before = session.stopped()
    frames = session.stack(before)
    assert frames[0]["name"] == "run_in_threadpool"
    assert session.thread_name(before) == "MainThread"
    assert frames[1]["name"] == "__call__"
    assert "write_report" in session.variables(frames[0])["bound_call"]

    inside = session.step("continue", before)
    assert session.stack(inside)[0]["name"] == "write_report"
    assert session.thread_name(inside) != "MainThread"
    assert session.variables(session.stack(inside)[0])["pages"] == "3"

    session.set_breakpoints(scenario, [])  # The line is in a loop.
    behind = session.step("continue", inside)
    assert session.thread_name(behind) == "MainThread"
    assert session.variables(session.stack(behind)[0])["result"] == "None"
    assert session.step("continue", behind) is None


def test_stepping_over_the_await_goes_to_the_next_line(launch: Any) -> None:
    """`Step over` on the awaiting line waits for the thread and stops behind it."""
    concurrency = MINITASKS / "concurrency.py"
    session = launch("minitasks: sync-task")
    session.start({concurrency: [line_of(concurrency, "result = await")]})
    thread = session.stopped()
    assert session.step("next", thread) == thread
    assert session.stack(thread)[0]["line"] == line_of(concurrency, "return result")


def test_stepping_in_does_not_follow_into_the_thread(launch: Any) -> None:
    """`Step into` on the awaiting line stays on the event loop: that is why the page says so."""
    concurrency = MINITASKS / "concurrency.py"
    session = launch("minitasks: sync-task")
    session.start({concurrency: [line_of(concurrency, "result = await")]})
    thread = session.stopped()
    assert session.step("stepIn", thread) == thread
    assert session.stack(thread)[0]["name"] != "write_report"


def test_the_configuration_into_anyio_goes_into_anyio(launch: Any) -> None:
    """There `Step into` on the awaiting line is in anyio's own file."""
    concurrency = MINITASKS / "concurrency.py"
    session = launch("minitasks: sync-task, into anyio")
    session.start({concurrency: [line_of(concurrency, "result = await")]})
    thread = session.stopped()
    session.step("stepIn", thread)
    assert Path(session.stack(thread)[0]["source"]["path"]).name == "to_thread.py"


def test_every_stop_of_the_article_takes_a_breakpoint(launch: Any) -> None:
    """What the tour stops at can be stopped at in the editor too."""
    places = places_of("register-product")
    session = launch("minitasks: register-product")
    files = {place.file for place in places}
    lines = {file: sorted({p.line for p in places if p.file == file}) for file in files}
    assert all(session.start(lines))
    stops = []
    thread = session.stopped()
    while thread is not None:
        stops.append(session.stack(thread)[0]["line"])
        thread = session.step("continue", thread)
    assert {place.line for place in places} <= set(stops)
