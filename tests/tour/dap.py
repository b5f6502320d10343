"""DAP: a small client of the Debug Adapter Protocol, to drive debugpy as VS Code does.

debugpy's own channel carries the messages.
"""

import importlib
import queue
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.parts import TIMEOUT

Message = dict[str, Any]


class Client:
    """A debug session of one of launch.json's configurations, in the folder that is open."""

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
