# feedback: a header's name and value are bytes, but yours are ('content-length', '0')
"""ASGI's headers are bytes; a real server fails on text, with a puzzling message."""

from typing import Any


async def respond(send: Any, body: bytes, background: Any = None) -> None:
    headers = [("content-length", str(len(body)))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
    if background is not None:
        await background()
