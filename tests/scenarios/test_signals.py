"""Signals and the heart: how threads and the event loop wait for each other."""

import threading

import anyio
import anyio.to_thread
import pytest

from minitasks.scenarios.signals import TIMEOUT, Heart, Signal

pytestmark = pytest.mark.anyio


async def test_nobody_waits_for_ever(anyio_backend: str) -> None:
    """Without the signal a thread is told so, once its time is up."""
    signal = Signal()
    signal.set()
    signal.clear()
    assert await anyio.to_thread.run_sync(signal.block, 0.01) is False


async def test_a_frozen_heart_is_waited_for_only_once(
    anyio_backend: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thread that has waited in vain does not wait for the next beats, too."""
    waits = []
    heart = Heart()

    class Never(threading.Condition):
        def wait(self, timeout: float | None = None) -> bool:
            waits.append(timeout)
            return False

    monkeypatch.setattr(heart, "_beaten", Never())
    heart.block_for_a_beat()
    heart.block_for_a_beat()
    assert waits == [TIMEOUT]
