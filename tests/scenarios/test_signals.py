"""Signals and the heart: how threads and the event loop wait for each other."""

import threading

import anyio
import anyio.to_thread
import pytest

from minitasks.scenarios.marks import watching
from minitasks.scenarios.signals import TIMEOUT, Heart, Signal, heartbeat

pytestmark = pytest.mark.anyio


async def test_a_thread_waits_for_the_event_loop(anyio_backend: str) -> None:
    """The thread goes on when the event loop gives the signal."""
    begun, signal = Signal(), Signal()
    seen = []

    def wait() -> None:
        begun.set()
        seen.append(signal.block(10))

    async with anyio.create_task_group() as group:
        group.start_soon(anyio.to_thread.run_sync, wait)
        await begun.given()
        assert not seen
        signal.set()
    assert seen == [True]


async def test_nobody_waits_for_ever(anyio_backend: str) -> None:
    """Without the signal a thread is told so, once its time is up."""
    signal = Signal()
    signal.set()
    signal.clear()
    assert await anyio.to_thread.run_sync(signal.block, 0.01) is False


async def test_a_thread_can_last_for_beats(anyio_backend: str) -> None:
    """Each wait ends with a beat that came after its beginning."""
    order: list[str] = []

    def last_for_two_beats(heart: Heart) -> None:
        for _ in range(2):
            order.append("waits")
            heart.block_for_a_beat()

    with watching(order.append):
        async with heartbeat() as heart:
            await anyio.to_thread.run_sync(last_for_two_beats, heart)
    first = order.index("waits")
    second = order.index("waits", first + 1)
    assert "heartbeat" in order[first:second]
    assert "heartbeat" in order[second:]


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
