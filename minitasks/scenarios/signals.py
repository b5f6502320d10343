"""Signals: what a thread and the event loop tell each other, so that each run has the same order.

Each side has its own way to wait, and neither waits without end: with a wrong library the other
side may never come to say it.
"""

import threading

import anyio

PATIENCE = 2.0  # seconds


class Signal:
    """An event that both a thread and the event loop can wait for."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def set(self) -> None:
        """Give the signal."""
        self._event.set()

    def clear(self) -> None:
        """Take it back, for another run in the same process."""
        self._event.clear()

    def block(self, patience: float = PATIENCE) -> bool:
        """Block this thread until the signal is given; tell whether it was."""
        return self._event.wait(patience)

    async def wait(self) -> None:
        """Wait on the event loop, which goes on meanwhile: `block` would stop it."""
        with anyio.move_on_after(PATIENCE):
            while not self._event.is_set():
                await anyio.sleep(0.002)
