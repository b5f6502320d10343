# feedback: began to give its connection back, and was cut off there too
"""finally runs, but its await is cancelled as well."""

from typing import Any

GRACE = 2.0


async def send_report(pool: Any, report: str) -> None:
    connection = await pool.acquire()
    try:
        await connection.send(report)
    finally:
        await pool.release(connection)
