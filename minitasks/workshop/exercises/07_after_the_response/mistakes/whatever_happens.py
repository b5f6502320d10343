# feedback: sending failed, and your task ran all the same
"""finally: the task runs for a customer who never got a response."""

from typing import Any


async def respond(send: Any, body: bytes, background: Any = None) -> None:
    headers = [(b"content-length", str(len(body)).encode())]
    try:
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})
    finally:
        if background is not None:
            await background()
