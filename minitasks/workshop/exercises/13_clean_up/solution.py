"""Exercise 13, solved: a task that is cancelled still gives back what it holds."""

from typing import Any

import anyio

# How long giving back may take, in seconds: a shutdown must not wait for it for ever.
GRACE = 2.0


async def send_report(pool: Any, report: str) -> None:
    """Send a report over a connection from the pool, and give the connection back."""
    # Outside of try: if this fails or is cancelled, there is nothing to give back.
    connection = await pool.acquire()
    try:
        await connection.send(report)
    # finally, not except: success, failure and cancellation all pass here, and all go on unchanged.
    finally:
        # In a cancelled task every await is cancelled, this one too, unless it is shielded. A
        # shield keeps a shutdown waiting, hence a limit.
        with anyio.move_on_after(GRACE, shield=True):
            await pool.release(connection)
