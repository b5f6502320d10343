"""The trace file: checked against the rules of the Trace Event format, and against the timeline."""

import json
from collections import defaultdict
from typing import Any

import pytest

from minitasks.timeline.calls import View
from minitasks.timeline.events import Event, Timeline
from minitasks.timeline.trace_file import render_trace
from minitasks.tracing.threads import Lane
from tests.timeline import programs
from tests.timeline.recordings import recording_of

# What each phase needs beside its name: complete slices, instants, metadata.
NEEDED = {
    "X": {"pid": int, "tid": int, "ts": float, "dur": float, "cat": str, "args": dict},
    "i": {"pid": int, "tid": int, "ts": float, "s": str},
    "M": {"pid": int, "args": dict},
}


def trace_of(timeline: Timeline) -> list[dict[str, Any]]:
    document = json.loads(render_trace(View(timeline), "test"))
    assert document["displayTimeUnit"] in ("ms", "ns")
    events = document["traceEvents"]
    assert isinstance(events, list)
    return events


def of(phase: str, trace: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [event for event in trace if event["ph"] == phase]


@pytest.fixture(scope="module")
def timeline() -> Timeline:
    async def both() -> None:
        await programs.run_background_tasks()
        await programs.three_workers()

    return recording_of(both)


def test_every_event_has_what_its_phase_needs(timeline: Timeline) -> None:
    """The keys and types that the format asks for, and no phase but the three in use."""
    trace = trace_of(timeline)
    for event in trace:
        assert isinstance(event["name"], str)
        for key, kind in NEEDED[event["ph"]].items():
            assert isinstance(event[key], kind), (key, event)
    assert all(event["s"] == "t" for event in of("i", trace))
    assert all(event["dur"] >= 0 and event["tid"] > 0 for event in of("X", trace))


def test_each_stretch_is_a_slice_and_each_mark_an_instant(timeline: Timeline) -> None:
    """On the thread of its lane, from its begin to its end, with its outcome."""
    trace = trace_of(timeline)
    assert sorted(
        (
            *(each["name"], each["tid"], each["args"]["ended by"]),
            *(round(each["ts"] * 1000), round(each["dur"] * 1000)),
        )
        for each in of("X", trace)
    ) == sorted(
        (each.call.function, each.lane + 1, each.ended, each.start, each.end - each.start)
        for each in View(timeline).slices
    )
    assert [(each["name"], each["tid"]) for each in of("i", trace)] == [
        (each.text, each.lane + 1) for each in timeline.events if each.kind == "mark"
    ]


def test_threads_are_named_and_sorted_as_the_lanes(timeline: Timeline) -> None:
    """Each lane has a name and a place."""
    trace = of("M", trace_of(timeline))
    names = {each["tid"]: each["args"]["name"] for each in trace if each["name"] == "thread_name"}
    places = [each["args"]["sort_index"] for each in trace if each["name"] == "thread_sort_index"]
    assert names == {lane.number + 1: lane.name for lane in timeline.lanes}
    assert places == [lane.number for lane in timeline.lanes]
    assert trace[0]["args"]["name"] == "test"


def test_the_stretches_of_a_coroutine_are_tied_together(timeline: Timeline) -> None:
    """A flow goes out of each but the last, and into each but the first; a plain call has none."""
    flows = defaultdict(list)
    for event in of("X", trace_of(timeline)):
        if "bind_id" in event:
            flows[event["bind_id"]].append((event["flow_in"], event["flow_out"]))
    assert flows
    for flow in flows.values():
        assert flow == [(False, True), *[(True, True)] * (len(flow) - 2), (True, False)]


def test_nothing_from_the_run_breaks_the_file() -> None:
    """Quotes, control characters and halves of surrogate pairs are escaped."""
    hostile = "</script>\"'\x00\ud800🙂"
    event = Event("mark", 1, 0, 1, 0, "", "", 0, text=hostile)
    run = Timeline((event,), (Lane(0, "client", hostile),), {})
    text = render_trace(View(run), hostile)
    assert text.isascii()
    assert [each["name"] for each in of("i", json.loads(text)["traceEvents"])] == [hostile]
