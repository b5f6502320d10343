"""Heart: a beat on the event loop, which goes on for as long as the loop is free.

Each beat leaves a mark. A thread can make its work last a number of beats.
"""

import contextlib
import threading
from collections.abc import AsyncIterator

import anyio

from minitasks.scenarios.marks import mark
from minitasks.scenarios.signals import TIMEOUT

PERIOD = 0.02  # seconds from beat to beat


class Heart:
    """A heart on the event loop."""

    def __init__(self) -> None:
        self._beaten = threading.Condition()
        self._has_stopped = False

    async def beat(self) -> None:
        """Beat until cancelled."""
        while True:
            mark("heartbeat")
            with self._beaten:
                self._beaten.notify_all()
            await anyio.sleep(PERIOD)

    def block_for_a_beat(self) -> None:
        """Block this thread until the next beat, or until it is plain that none will come."""
        with self._beaten:
            if not self._has_stopped:
                self._has_stopped = not self._beaten.wait(TIMEOUT)


@contextlib.asynccontextmanager
async def heartbeat() -> AsyncIterator[Heart]:
    """Let a heart beat on the event loop while the block runs."""
    heart = Heart()
    async with anyio.create_task_group() as group:
        group.start_soon(heart.beat)
        yield heart
        group.cancel_scope.cancel()
