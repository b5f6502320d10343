"""Signals: what a thread and the event loop tell each other, so that each run has the same order.

Each side has its own way to wait, and neither waits without end: with a wrong library the other
side may never come to say it. A heart beats on the event loop for as long as the loop is free.
"""

import contextlib
import threading
from collections.abc import AsyncIterator

import anyio

from minitasks.scenarios.marks import mark

# Seconds that a scenario waits for what a wrong library may never do.
TIMEOUT = 2.0
PERIOD = 0.02  # seconds from beat to beat


class Signal(threading.Event):
    """An event that the event loop can wait for, too."""

    def set(self, *_: object) -> None:
        """Give the signal; an HTTP client's hook, which gets a request, may do so."""
        super().set()

    def block(self, timeout: float = TIMEOUT) -> bool:
        """Block this thread until the signal is given; tell whether it was."""
        return self.wait(timeout)

    async def given(self) -> None:
        """Wait on the event loop, which goes on meanwhile: `block` would stop it."""
        with anyio.move_on_after(TIMEOUT):
            while not self.is_set():
                await anyio.sleep(0.002)


class Heart:
    """A heart on the event loop; a thread can make its work last a number of beats."""

    def __init__(self) -> None:
        self._beaten = threading.Condition()
        self._has_stopped = False

    async def beat(self) -> None:
        """Beat until cancelled, and leave a mark each time."""
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
