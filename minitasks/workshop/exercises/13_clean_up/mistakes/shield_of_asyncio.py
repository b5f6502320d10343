# feedback: was cut off there too
"""asyncio.shield lets the release go on alone, and leaves before it is done."""

import asyncio
from typing import Any

GRACE = 2.0


async def send_report(pool: Any, report: str) -> None:
    connection = await pool.acquire()
    try:
        await connection.send(report)
    finally:
        await asyncio.shield(pool.release(connection))
