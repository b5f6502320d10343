# feedback: your function returned before the task was done: nobody waits for it
"""The task is started and left: nobody waits for it or hears that it failed."""

import asyncio
from typing import Any


async def respond(send: Any, body: bytes, background: Any = None) -> None:
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
    if background is not None:
        asyncio.get_running_loop().call_soon(asyncio.ensure_future, background())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
