"""debugpy, VS Code's debugger, with the launch.json that `minitasks workshop start` writes."""

import importlib
import json
import queue
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
from tests.parts import TIMEOUT, need_part

pytestmark = pytest.mark.debugger

CHECKOUT = Path(minitasks.__path__[0]).resolve()
Message = dict[str, Any]


class Client:
    """A debug session of one of launch.json's configurations, by debugpy's own channel."""

    def __init__(self, configuration: Message, folder: Path) -> None:
        # Only here, for this file is imported where debugpy is missing, too; and it has no types.
        messaging: Any = importlib.import_module("debugpy.common.messaging")
        self._adapter = subprocess.Popen(
            [sys.executable, "-m", "debugpy.adapter"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._events: queue.Queue[Any] = queue.Queue()
        stream = messaging.JsonIOStream.from_process(self._adapter)
        handlers = messaging.MessageHandlers(event=self._events.put)
        self._channel = messaging.JsonMessageChannel(stream, handlers)
        self._channel.start()
        self.request("initialize", adapterID="debugpy", pathFormat="path", linesStartAt1=True)
        # The editor has a terminal to run it in; here its output goes nowhere.
        settings = {**configuration, "console": "internalConsole", "cwd": str(folder)}
        launch = {**settings, "python": [sys.executable]}
        self._launch = self._channel.send_request("launch", launch)
        self.event("initialized")

    def close(self) -> None:
        self.request("disconnect", terminateDebuggee=True)
        # By itself the adapter would stay, for an editor that comes back.
        self._adapter.terminate()
        self._adapter.wait(TIMEOUT)
        self._channel.wait()
        self._channel.close()

    def request(self, command: str, **arguments: Any) -> Any:
        return self._channel.request(command, arguments)

    def event(self, *names: str) -> Any:
        """Wait for one of these events; forget those before it."""
        while (event := self._events.get(timeout=TIMEOUT)).event not in names:
            pass
        return event

    def start(self, breakpoints: dict[Path, list[int]], *filters: str) -> list[bool]:
        """Set breakpoints and which exceptions to stop at, and run; tell which were taken."""
        self.request("setExceptionBreakpoints", filters=list(filters))
        taken = [self.set_breakpoints(path, lines) for path, lines in breakpoints.items()]
        self.request("configurationDone")
        self._launch.wait_for_response()
        return [each for file in taken for each in file]

    def set_breakpoints(self, path: Path, lines: list[int]) -> list[bool]:
        body = self.request(
            "setBreakpoints",
            source={"path": str(path)},
            breakpoints=[{"line": line} for line in lines],
        )
        return [bool(each["verified"]) for each in body["breakpoints"]]

    def stopped(self) -> int | None:
        """Wait until a thread stops, and give its id; None where the program ended instead."""
        event = self.event("stopped", "terminated")
        return int(event.body["threadId"]) if event.event == "stopped" else None

    def thread_name(self, thread: int) -> str:
        threads = self.request("threads")["threads"]
        return next(str(each["name"]) for each in threads if each["id"] == thread)

    def stack(self, thread: int) -> Any:
        return self.request("stackTrace", threadId=thread)["stackFrames"]

    def variables(self, frame: Message) -> dict[str, str]:
        """Give the local variables of a frame, those in its groups (functions, classes) too."""
        scope = self.request("scopes", frameId=frame["id"])["scopes"][0]
        shown = self._children(scope["variablesReference"])
        groups = [each for each in shown if each["name"].endswith(" variables")]
        inside = [each for group in groups for each in self._children(group["variablesReference"])]
        return {each["name"]: each["value"] for each in [*shown, *inside]}

    def _children(self, reference: int) -> Any:
        return self.request("variables", variablesReference=reference)["variables"]

    def step(self, command: str, thread: int) -> int | None:
        """Go on by "next", "stepIn", "stepOut" or "continue", to where a thread stops again."""
        self.request(command, threadId=thread)
        return self.stopped()


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
        session.close()


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """Give the folder of the minitasks that a program elsewhere imports: the installed one."""
    command = [sys.executable, "-c", "import minitasks; print(minitasks.__path__[0])"]
    return Path(subprocess.check_output(command, cwd=tmp_path, text=True).strip())


@pytest.fixture
def at_await(launch: Any, installed: Path) -> Any:
    """Give a function that starts sync-task and stops at the line that awaits the thread."""

    def start(*packages: str, **changes: Any) -> tuple[Client, Any]:
        concurrency = installed / "concurrency.py"
        session = launch("sync-task", *packages, **changes)
        session.start({concurrency: [line_of(concurrency, "result = await")]})
        return session, session.stopped()

    return start


def line_of(file: Path, text: str) -> int:
    lines = file.read_text(encoding="utf-8").splitlines()
    return next(at for at, line in enumerate(lines, 1) if line.strip().startswith(text))


def places_stopped_at(session: Client) -> Iterator[Message]:
    thread = session.stopped()
    while thread is not None:
        yield session.stack(thread)[0]
        thread = session.step("continue", thread)


def test_breakpoints_stop_on_the_event_loop_and_in_the_worker_thread(
    launch: Any, installed: Path
) -> None:
    """One before the await, one in the sync function, one behind: stack and locals can be read."""
    concurrency, scenario = installed / "concurrency.py", installed / "scenarios" / "sync_task.py"
    lines = [line_of(concurrency, text) for text in ("result = await", "return result")]
    session = launch("sync-task")
    taken = session.start(
        {concurrency: lines, scenario: [line_of(scenario, "for _ in range(pages)")]}
    )
    assert taken == [True, True, True]
    before = session.stopped()
    frames = session.stack(before)
    assert [frame["name"] for frame in frames[:2]] == ["run_in_threadpool", "__call__"]
    assert session.thread_name(before) == "MainThread"
    assert "write_report" in session.variables(frames[0])["bound_call"]
    inside = session.step("continue", before)
    frame = session.stack(inside)[0]
    assert frame["name"] == "write_report"
    assert session.thread_name(inside) != "MainThread"
    assert session.variables(frame)["pages"] == "3"
    session.set_breakpoints(scenario, [])  # The line is in a loop.
    behind = session.step("continue", inside)
    assert session.thread_name(behind) == "MainThread"
    assert session.variables(session.stack(behind)[0])["result"] == "None"
    assert session.step("continue", behind) is None


@pytest.mark.parametrize("command", ["next", "stepIn"])
def test_stepping_at_the_await_stays_on_the_event_loop(
    at_await: Any, installed: Path, command: str
) -> None:
    """`Step over` stops behind it; `Step into` does not follow: that is why the page says so."""
    session, thread = at_await()
    assert session.step(command, thread) == thread
    frame = session.stack(thread)[0]
    assert frame["name"] != "write_report"
    if command == "next":
        assert frame["line"] == line_of(installed / "concurrency.py", "return result")


def test_the_configuration_into_anyio_goes_into_anyio(at_await: Any) -> None:
    """There `Step into` on the awaiting line is in anyio's own file."""
    session, thread = at_await("anyio")
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
    stops = {frame["line"] for frame in places_stopped_at(session)}
    assert {place.line for place in places} <= stops


def test_without_the_rule_an_installed_minitasks_takes_no_breakpoint(
    at_await: Any, installed: Path
) -> None:
    """What the rule is for: debugpy does not count an installed package as the user's code."""
    need_installed(installed)
    _, thread = at_await(rules=[])
    assert thread is None


def test_an_exception_stops_it_in_an_installed_minitasks(
    launch: Any, installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With "Raised Exceptions" ticked it stops where the task raises, inside the package."""
    need_installed(installed)
    monkeypatch.setattr("minitasks.scenarios.launch_json.PACKAGE", installed)
    chosen, _ = json.loads(launch_json())["configurations"]
    roots = chosen["env"]["IDE_PROJECT_ROOTS"].replace("${workspaceFolder}", str(tmp_path))
    session = launch("first-failure", env={"IDE_PROJECT_ROOTS": roots})
    session.start({}, "raised")
    assert "register_to_blockchain" in [frame["name"] for frame in places_stopped_at(session)]


def need_installed(package: Path) -> None:
    if "site-packages" not in package.parts:
        pytest.skip("minitasks is installed editable, so it counts as the user's code")
