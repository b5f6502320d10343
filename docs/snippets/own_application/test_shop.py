"""A test of the shop: its task must not run on the event loop."""

from pathlib import Path

import mended
from fastapi.testclient import TestClient

from minitasks.timeline.record import record


def test_the_warehouse_is_told_off_the_event_loop() -> None:
    with (
        record([Path(mended.__file__).parent]) as recording,
        TestClient(mended.app) as client,
    ):
        client.post("/orders")
    (task,) = [
        finding.figures
        for finding in recording.findings()
        if finding.kind == "ran" and finding.figures["function"] == "tell_warehouse"
    ]
    assert not task["on_event_loop"]
    assert not [finding for finding in recording.findings() if finding.kind == "held"]
