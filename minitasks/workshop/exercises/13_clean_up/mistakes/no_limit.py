# feedback: your task waited for it for ever: the server can't shut down
"""The shield has no limit: a pool that never answers holds up the shutdown for ever."""

from typing import Any

import anyio

GRACE = 2.0


async def send_report(pool: Any, report: str) -> None:
    connection = await pool.acquire()
    try:
        await connection.send(report)
    finally:
        with anyio.CancelScope(shield=True):
            await pool.release(connection)
