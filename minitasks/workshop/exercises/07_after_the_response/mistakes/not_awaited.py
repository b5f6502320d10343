# feedback: your function never ran the task
"""background() makes a coroutine; without await none of it runs."""

from typing import Any


async def respond(send: Any, body: bytes, background: Any = None) -> None:
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
    if background is not None:
        background()
