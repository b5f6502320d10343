"""Signals: what a thread and the event loop tell each other, so that each run has the same order.

Each side has its own way to wait, and neither waits without end: with a wrong library the other
side may never come to say it.
"""

import threading

import anyio

# Seconds that a scenario waits for what a wrong library may never do.
TIMEOUT = 2.0


class Signal(threading.Event):
    """An event that the event loop can wait for, too."""

    def block(self, timeout: float = TIMEOUT) -> bool:
        """Block this thread until the signal is given; tell whether it was."""
        return self.wait(timeout)

    async def given(self) -> None:
        """Wait on the event loop, which goes on meanwhile: `block` would stop it."""
        with anyio.move_on_after(TIMEOUT):
            while not self.is_set():
                await anyio.sleep(0.002)
