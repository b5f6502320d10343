"""debugpy, VS Code's debugger, with the launch.json that `minitasks workshop start` writes."""

import json
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

import minitasks
from minitasks.scenarios.launch_json import launch_json
from minitasks.tour.listing import breakpoints_of
from tests.parts import need_part
from tests.tour.dap import Client

pytestmark = pytest.mark.debugger

CHECKOUT = Path(minitasks.__path__[0]).resolve()


@pytest.fixture
def launch(tmp_path: Path) -> Iterator[Any]:
    """Give a function that starts a debug session of one of launch.json's configurations."""
    need_part(find_spec("debugpy"), "debugpy: python -m pip install debugpy")
    chosen, _ = json.loads(launch_json())["configurations"]
    sessions = []

    def start(scenario: str, *packages: str, **changes: Any) -> Client:
        rules = [{"path": f"**/{package}/**", "include": True} for package in packages]
        settings = {**chosen, "args": [scenario], "rules": [*rules, *chosen["rules"]]}
        session = Client({**settings, **changes}, tmp_path)
        sessions.append(session)
        return session

    yield start
    for session in sessions:
        session.__exit__()


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """Give the folder of the minitasks that a program elsewhere imports: the installed one."""
    command = [sys.executable, "-c", "import minitasks; print(minitasks.__path__[0])"]
    return Path(subprocess.check_output(command, cwd=tmp_path, text=True).strip())


def line_of(file: Path, text: str) -> int:
    """Find the first line of a file that begins with a text."""
    lines = file.read_text(encoding="utf-8").splitlines()
    return next(at for at, line in enumerate(lines, 1) if line.strip().startswith(text))


def test_breakpoints_stop_on_the_event_loop_and_in_the_worker_thread(
    launch: Any, installed: Path
) -> None:
    """One before the await, one in the sync function, one behind: stack and locals can be read."""
    concurrency, scenario = installed / "concurrency.py", installed / "scenarios" / "sync_task.py"
    session = launch("sync-task")
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


def test_stepping_over_the_await_goes_to_the_next_line(launch: Any, installed: Path) -> None:
    """`Step over` on the awaiting line waits for the thread and stops behind it."""
    concurrency = installed / "concurrency.py"
    session = launch("sync-task")
    session.start({concurrency: [line_of(concurrency, "result = await")]})
    thread = session.stopped()
    assert session.step("next", thread) == thread
    assert session.stack(thread)[0]["line"] == line_of(concurrency, "return result")


def test_stepping_in_does_not_follow_into_the_thread(launch: Any, installed: Path) -> None:
    """`Step into` on the awaiting line stays on the event loop: that is why the page says so."""
    concurrency = installed / "concurrency.py"
    session = launch("sync-task")
    session.start({concurrency: [line_of(concurrency, "result = await")]})
    thread = session.stopped()
    assert session.step("stepIn", thread) == thread
    assert session.stack(thread)[0]["name"] != "write_report"


def test_the_configuration_into_anyio_goes_into_anyio(launch: Any, installed: Path) -> None:
    """There `Step into` on the awaiting line is in anyio's own file."""
    concurrency = installed / "concurrency.py"
    session = launch("sync-task", "anyio")
    session.start({concurrency: [line_of(concurrency, "result = await")]})
    thread = session.stopped()
    session.step("stepIn", thread)
    assert Path(session.stack(thread)[0]["source"]["path"]).name == "to_thread.py"


def test_every_stop_of_the_article_takes_a_breakpoint(launch: Any, installed: Path) -> None:
    """What the tour stops at can be stopped at in the editor too."""
    places = breakpoints_of("register-product")
    session = launch("register-product")
    lines: dict[Path, list[int]] = {}
    for place in places:
        within = place.file.relative_to(CHECKOUT)
        lines.setdefault(installed / within, []).append(place.line)
    assert all(session.start(lines))
    stops = []
    thread = session.stopped()
    while thread is not None:
        stops.append(session.stack(thread)[0]["line"])
        thread = session.step("continue", thread)
    assert {place.line for place in places} <= set(stops)


def test_without_the_rule_an_installed_minitasks_takes_no_breakpoint(
    launch: Any, installed: Path
) -> None:
    """What the rule is for: debugpy does not count an installed package as the user's code."""
    if "site-packages" not in installed.parts:
        pytest.skip("minitasks is installed editable, so it counts as the user's code")
    concurrency = installed / "concurrency.py"
    session = launch("sync-task", rules=[])
    session.start({concurrency: [line_of(concurrency, "result = await")]})
    assert session.stopped() is None


def test_an_exception_stops_it_in_an_installed_minitasks(
    launch: Any, installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With "Raised Exceptions" ticked it stops where the task raises, inside the package."""
    if "site-packages" not in installed.parts:
        pytest.skip("minitasks is installed editable, so it counts as the user's code")
    monkeypatch.setattr("minitasks.scenarios.launch_json.PACKAGE", installed)
    chosen, _ = json.loads(launch_json())["configurations"]
    roots = chosen["env"]["IDE_PROJECT_ROOTS"].replace("${workspaceFolder}", str(tmp_path))
    session = launch("first-failure", env={"IDE_PROJECT_ROOTS": roots})
    session.start({}, "raised")

    names = []
    thread = session.stopped()
    while thread is not None:
        names.append(session.stack(thread)[0]["name"])
        thread = session.step("continue", thread)
    assert "register_to_blockchain" in names
