"""Grader of exercise 7: a server that keeps every message, and a task that looks at what it has."""

from types import ModuleType
from typing import Any

import anyio
import anyio.lowlevel
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.anyio

# Whoever catches some exceptions too many catches one of these.
KINDS = (
    *(AttributeError, ConnectionError, KeyError, RuntimeError),
    *(TimeoutError, TypeError, ValueError),
)


class Stop(BaseException):
    """What no `except Exception` catches, as SystemExit and KeyboardInterrupt are."""


class Server:
    """Takes messages as a server does: each is sent only when its await is over."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []

    async def send(self, message: dict[str, Any]) -> None:
        # A slow client: the message is not out yet, and other tasks may run.
        for _ in range(3):
            await anyio.lowlevel.checkpoint()
        self.sent.append(message)

    @property
    def types(self) -> list[Any]:
        return [message.get("type") for message in self.sent]

    @property
    def bodies(self) -> list[Any]:
        return [message.get("body", b"") for message in self.sent]

    @property
    def body(self) -> bytes:
        return b"".join(self.bodies)

    @property
    def complete(self) -> bool:
        """Whether the client has the whole response."""
        return (
            "http.response.body" in self.types
            and self.types[-1] == "http.response.body"
            and not self.sent[-1].get("more_body", False)
        )


async def test_start_then_body(exercise: ModuleType) -> None:
    """The server gets http.response.start first, then http.response.body."""
    server = Server()

    await exercise.respond(server.send, b"saved")

    assert server.sent, "your function sent nothing to the server"
    start = server.sent[0]
    assert start.get("type") == "http.response.start", (
        f"the first message should be http.response.start, but yours was {start.get('type')!r}"
    )
    assert start.get("status") == 200, f"the status should be 200, but is {start.get('status')!r}"
    assert set(server.types[1:]) == {"http.response.body"}, (
        f"after the start the server wants http.response.body, but got {server.types[1:]}"
    )


@settings(max_examples=15, deadline=None)
@given(body=st.binary(max_size=20))
@example(body=b" saved\r\n")
async def test_whole_body(exercise: ModuleType, body: bytes) -> None:
    """The body arrives whole, and the last message says that it is the last."""
    server = Server()

    await exercise.respond(server.send, body)

    wrong = [part for part in server.bodies if not isinstance(part, bytes)]
    assert not wrong, f"a message's body is bytes, but yours is {wrong[0]!r}"
    assert server.body == body, f"the body is {body!r}, but the client got {server.body!r}"
    assert server.types[-1] == "http.response.body", (
        f"for {len(body)} bytes of body your function sent no http.response.body: the client goes "
        "on waiting"
    )
    assert server.complete, "your last message has more_body: the client goes on waiting"


@settings(max_examples=15, deadline=None)
@given(body=st.binary(max_size=20))
async def test_content_length(exercise: ModuleType, body: bytes) -> None:
    """The header content-length tells the body's length, in bytes as all of ASGI's headers."""
    server = Server()

    await exercise.respond(server.send, body)

    given_headers = server.sent[0].get("headers", [])
    assert not isinstance(given_headers, dict), (
        "headers is a list of pairs, (name, value), but yours is a dict"
    )
    headers = [tuple(header) for header in given_headers]
    wrong = [header for header in headers if not all(isinstance(part, bytes) for part in header)]
    assert not wrong, f"a header's name and value are bytes, but yours are {wrong[0]!r}"
    capitals = [name for name, _ in headers if name != name.lower()]
    assert not capitals, f"ASGI wants the names of headers in small letters, not {capitals[0]!r}"
    lengths = [value for name, value in headers if name == b"content-length"]
    assert lengths, f"your headers have no content-length: {headers!r}"
    assert lengths == [str(len(body)).encode()], (
        f"for {len(body)} bytes of body your content-length is {' and '.join(map(repr, lengths))}"
    )


async def test_task_after_the_response(exercise: ModuleType) -> None:
    """The task starts when the response is complete, not before."""
    server = Server()
    seen: list[tuple[list[Any], bool]] = []

    async def task() -> None:
        seen.append((list(server.types), server.complete))

    await exercise.respond(server.send, b"saved", task)

    assert seen, "your function never ran the task"
    types, complete = seen[0]
    assert complete, (
        f"when your task started, the client had only {', '.join(types) or 'nothing'}; "
        "it should have had the whole response"
    )
    assert len(seen) == 1, f"your function ran the task {len(seen)} times"
    later = server.types[len(types) :]
    assert not later, (
        f"when your task was over, your function sent {', '.join(later)}: "
        "the response was complete before"
    )


async def test_waits_for_the_task(exercise: ModuleType) -> None:
    """The function returns when the task is done: the server can still wait for it."""
    server = Server()
    done: list[str] = []

    async def task() -> None:
        await anyio.lowlevel.checkpoint()
        done.append("done")

    await exercise.respond(server.send, b"saved", task)
    seen = list(done)
    await exercise.respond(server.send, b"", task)

    assert seen == ["done"], "your function returned before the task was done: nobody waits for it"
    assert done == ["done", "done"], (
        "the same task, after a second response whose body is empty, was not run"
    )


async def test_lets_exceptions_through(exercise: ModuleType) -> None:
    """What the task raises reaches the server; the client has its response already."""
    for problem in (
        ConnectionError("mail server is down"),
        Stop("stop"),
        *(kind("no") for kind in KINDS),
    ):
        server = Server()
        ran: list[str] = []

        async def task(problem: BaseException = problem, ran: list[str] = ran) -> None:
            ran.append("task")
            raise problem

        caught: BaseException | None = None
        try:
            await exercise.respond(server.send, b"saved", task)
        except BaseException as raised:
            caught = raised

        assert caught is problem, (
            f"the task raised {problem!r}, but your function raised {caught!r}"
        )
        assert ran == ["task"], f"the task raised, and your function ran it {len(ran)} times"
        sent = server.types
        assert sent.count("http.response.start") == 1, (
            f"the task failed, and your function sent {', '.join(sent)}"
        )
    assert server.complete, "the task failed, and your client never got the whole response"


async def test_a_cancellation_goes_through(exercise: ModuleType) -> None:
    """A cancellation while the task runs ends the function; the task itself has no time limit."""
    limits: list[float] = []

    async def task() -> None:
        limits.append(anyio.current_effective_deadline())
        scope.cancel()
        await anyio.lowlevel.checkpoint()

    with anyio.CancelScope() as scope:
        await exercise.respond(Server().send, b"saved", task)

    assert scope.cancelled_caught, (
        "your function was cancelled while the task ran, and did not end by that: it swallowed the "
        "cancellation, or kept it away from the task"
    )
    assert limits == [float("inf")], (
        "your function gave the task a time limit that nobody asked for"
    )


async def test_no_response_no_task(exercise: ModuleType) -> None:
    """When sending fails, the task does not run and the error reaches the server."""
    gone = OSError("the client is gone")
    ran: list[str] = []

    async def send(message: dict[str, Any]) -> None:
        raise gone

    async def task() -> None:
        ran.append("task")

    caught: BaseException | None = None
    try:
        await exercise.respond(send, b"saved", task)
    except BaseException as raised:
        caught = raised

    assert caught is gone, f"sending raised {gone!r}, but your function raised {caught!r}"
    assert not ran, "sending failed, and your task ran all the same"


async def test_no_complete_response_no_task(exercise: ModuleType) -> None:
    """Also when only the second message can't be sent; nothing more is sent after it."""
    gone = OSError("the client is gone")
    sent: list[str] = []
    ran: list[str] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message["type"])
        if len(sent) >= 2:
            raise gone

    async def task() -> None:
        ran.append("task")

    caught: BaseException | None = None
    try:
        await exercise.respond(send, b"saved", task)
    except BaseException as raised:
        caught = raised

    assert caught is gone, f"sending raised {gone!r}, but your function raised {caught!r}"
    assert not ran, "the second message could not be sent, and your task ran all the same"
    assert len(sent) == 2, "the second message could not be sent, and you sent another one"
