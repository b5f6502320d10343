"""DAP: a small client of the Debug Adapter Protocol, to drive debugpy as VS Code does."""

import json
import queue
import subprocess
import sys
import threading
from collections import deque
from pathlib import Path
from typing import Any

from tests.parts import TIMEOUT

Message = dict[str, Any]


class Client:
    """A debug session: requests go out, responses and events come in.

    Args:
        configuration: One of launch.json's configurations.
        folder: The folder that is open in the editor.
    """

    def __init__(self, configuration: Message, folder: Path) -> None:
        self._adapter = subprocess.Popen(
            [sys.executable, "-m", "debugpy.adapter"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._incoming: queue.Queue[Message | None] = queue.Queue()
        self._events: deque[Message] = deque()
        self._sent = 0
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.request("initialize", adapterID="debugpy", pathFormat="path", linesStartAt1=True)
        # The editor has a terminal to run it in; here its output goes nowhere.
        settings = {**configuration, "console": "internalConsole", "cwd": str(folder)}
        self._launch = self.send("launch", **settings, python=[sys.executable])
        self.event("initialized")

    def close(self) -> None:
        """End the debug session and the adapter."""
        self.request("disconnect", terminateDebuggee=True)
        # By itself the adapter would stay, for an editor that comes back.
        self._adapter.terminate()
        self._adapter.wait(TIMEOUT)
        self._reader.join()
        for pipe in (self._adapter.stdin, self._adapter.stdout):
            assert pipe is not None
            pipe.close()

    def _read(self) -> None:
        stream = self._adapter.stdout
        assert stream is not None
        while header := stream.readline():
            length = int(header.split(b":")[1])
            stream.readline()
            self._incoming.put(json.loads(stream.read(length)))
        self._incoming.put(None)

    def _next(self) -> Message:
        message = self._incoming.get(timeout=TIMEOUT)
        assert message is not None, "the debug adapter has ended"
        return message

    def send(self, command: str, **arguments: Any) -> int:
        """Send a request; give its number."""
        self._sent += 1
        request = {"seq": self._sent, "type": "request", "command": command}
        body = json.dumps({**request, "arguments": arguments}).encode()
        assert self._adapter.stdin is not None
        self._adapter.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self._adapter.stdin.flush()
        return self._sent

    def response(self, number: int) -> Message:
        """Wait for the response to a request; keep the events that come before it."""
        while (message := self._next())["type"] != "response" or message["request_seq"] != number:
            if message["type"] == "event":
                self._events.append(message)
        assert message["success"], message
        body: Message = message.get("body") or {}
        return body

    def request(self, command: str, **arguments: Any) -> Message:
        """Send a request and wait for its response."""
        return self.response(self.send(command, **arguments))

    def event(self, *names: str) -> Message:
        """Wait for one of these events; forget those before it."""
        while True:
            message = self._events.popleft() if self._events else self._next()
            if message["type"] == "event" and message["event"] in names:
                return message

    def start(self, breakpoints: dict[Path, list[int]], *filters: str) -> list[bool]:
        """Set the breakpoints and let the program run; tell which of them were taken.

        The filters say which exceptions to stop at, such as "raised".
        """
        self.request("setExceptionBreakpoints", filters=list(filters))
        taken = [self.set_breakpoints(path, lines) for path, lines in breakpoints.items()]
        self.request("configurationDone")
        self.response(self._launch)
        return [each for file in taken for each in file]

    def set_breakpoints(self, path: Path, lines: list[int]) -> list[bool]:
        """Set a file's breakpoints in place of those that it had; tell which were taken."""
        body = self.request(
            "setBreakpoints",
            source={"path": str(path)},
            breakpoints=[{"line": line} for line in lines],
        )
        return [bool(each["verified"]) for each in body["breakpoints"]]

    def stopped(self) -> int | None:
        """Wait until a thread stops, and give its id; None where the program ended instead."""
        event = self.event("stopped", "terminated")
        return int(event["body"]["threadId"]) if event["event"] == "stopped" else None

    def thread_name(self, thread: int) -> str:
        """Give the name of a thread."""
        threads = self.request("threads")["threads"]
        return next(str(each["name"]) for each in threads if each["id"] == thread)

    def stack(self, thread: int) -> list[Message]:
        """Give a thread's frames, the innermost first."""
        frames: list[Message] = self.request("stackTrace", threadId=thread)["stackFrames"]
        return frames

    def variables(self, frame: Message) -> dict[str, str]:
        """Give the local variables of a frame, those in its groups (functions, classes) too."""
        scope = self.request("scopes", frameId=frame["id"])["scopes"][0]
        shown = self._children(scope["variablesReference"])
        groups = [each for each in shown if each["name"].endswith(" variables")]
        inside = [each for group in groups for each in self._children(group["variablesReference"])]
        return {each["name"]: each["value"] for each in [*shown, *inside]}

    def _children(self, reference: int) -> list[Message]:
        body = self.request("variables", variablesReference=reference)
        children: list[Message] = body["variables"]
        return children

    def step(self, command: str, thread: int) -> int | None:
        """Go on by "next", "stepIn", "stepOut" or "continue", to where a thread stops again."""
        self.request(command, threadId=thread)
        return self.stopped()
