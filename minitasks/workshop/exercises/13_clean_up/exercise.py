"""Exercise 13: a task that is cancelled still gives back what it holds."""

from typing import Any

# How long giving back may take, in seconds: a shutdown must not wait for it for ever.
GRACE = 2.0


async def send_report(pool: Any, report: str) -> None:
    """Send a report over a connection from the pool, and give the connection back.

    Args:
        pool: `await pool.acquire()` gives a connection, `await pool.release(connection)` takes it
            back.
        report: What to send, with `await connection.send(report)`.
    """
    connection = await pool.acquire()
    await connection.send(report)
    await pool.release(connection)
