# feedback: your task was cancelled, and never gave its connection back
"""A cancellation is no Exception: it passes by."""

from typing import Any

GRACE = 2.0


async def send_report(pool: Any, report: str) -> None:
    connection = await pool.acquire()
    try:
        await connection.send(report)
    except Exception:
        await pool.release(connection)
        raise
    await pool.release(connection)
