# feedback: your task was cancelled, and went on sending: only giving back may be shielded
"""All of it is shielded: a report that takes for ever holds up the shutdown for ever."""

from typing import Any

import anyio

GRACE = 2.0


async def send_report(pool: Any, report: str) -> None:
    with anyio.CancelScope(shield=True):
        connection = await pool.acquire()
        try:
            await connection.send(report)
        finally:
            await pool.release(connection)
