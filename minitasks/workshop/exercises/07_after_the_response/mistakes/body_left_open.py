# feedback: it should have had the whole response
"""The body is sent, but not finished: the client goes on waiting until the task is done."""

from typing import Any


async def respond(send: Any, body: bytes, background: Any = None) -> None:
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": True})
    if background is not None:
        await background()
    await send({"type": "http.response.body", "body": b"", "more_body": False})
