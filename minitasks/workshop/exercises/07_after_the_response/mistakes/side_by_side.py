# feedback: when your task started, the client had only nothing
"""Both are started at once: the task may well be first."""

from typing import Any

import anyio


async def respond(send: Any, body: bytes, background: Any = None) -> None:
    headers = [(b"content-length", str(len(body)).encode())]

    async def send_all() -> None:
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async with anyio.create_task_group() as group:
        group.start_soon(send_all)
        if background is not None:
            group.start_soon(background)
