"""Exercise 7: the response first, the task after it, in raw ASGI."""

from collections.abc import Awaitable, Callable
from typing import Any

Message = dict[str, Any]
Send = Callable[[Message], Awaitable[None]]
Task = Callable[[], Awaitable[None]]


async def respond(send: Send, body: bytes, background: Task | None = None) -> None:
    """Send a whole response with status 200, then run the task.

    Args:
        send: What the server gives to an application: await it with each message.
        body: The response's body.
        background: The task: an object to call and await. None: there is none.
    """
    # The server wants two messages: http.response.start and http.response.body. See the README.
    if background is not None:
        await background()
