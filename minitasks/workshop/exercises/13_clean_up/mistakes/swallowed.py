# feedback: it swallowed the cancellation
"""Everything is caught, the cancellation too: nobody learns that the task was cut off."""

from typing import Any

import anyio

GRACE = 2.0


async def send_report(pool: Any, report: str) -> None:
    connection = await pool.acquire()
    try:
        await connection.send(report)
    except ConnectionError:
        raise
    except BaseException as problem:
        print("could not send:", problem)
    finally:
        with anyio.move_on_after(GRACE, shield=True):
            await pool.release(connection)
