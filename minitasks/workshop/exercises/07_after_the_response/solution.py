"""Exercise 7, solved: the response first, the task after it, in raw ASGI."""

from collections.abc import Awaitable, Callable
from typing import Any

Message = dict[str, Any]
Send = Callable[[Message], Awaitable[None]]
Task = Callable[[], Awaitable[None]]


async def respond(send: Send, body: bytes, background: Task | None = None) -> None:
    """Send a whole response with status 200, then run the task."""
    # ASGI's headers are bytes. With the length the client knows where the body ends, even on a
    # connection that stays open.
    length = str(len(body)).encode()
    headers = [(b"content-length", length)]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    # Without more_body this message is the last: the response is complete once it is sent.
    await send({"type": "http.response.body", "body": body})

    # Awaited, not started and left: the server then sees what the task raises, and waits for it
    # when it shuts down. The client waits for none of it.
    if background is not None:
        await background()
