# feedback: it never had a connection, yet your task did: release what it never had
"""acquire stands inside try: cancelled there, the task gives back what it never had."""

from typing import Any

import anyio

GRACE = 2.0


async def send_report(pool: Any, report: str) -> None:
    connection = None
    try:
        connection = await pool.acquire()
        await connection.send(report)
    finally:
        with anyio.move_on_after(GRACE, shield=True):
            await pool.release(connection)
