"""Trace file: a timeline in the Trace Event format, which Perfetto and speedscope open.

A lane becomes a thread, a slice a slice of it, a mark an instant. A flow ties the slices of
one coroutine together: Perfetto draws arrows from a suspend to the resume that follows.
"""

import json
from collections.abc import Iterator
from typing import Any

from minitasks.timeline.calls import Call, View

TraceEvent = dict[str, Any]

PROCESS = 1
MICROSECOND = 1000  # nanoseconds; the format counts time in microseconds


def render_trace(view: View, title: str = "A recorded run") -> str:
    """Write a recorded run as JSON in the Trace Event format, in plain ASCII."""
    return json.dumps(
        {
            # First, so that the file's beginning tells where it is from.
            "otherData": {"generator": "minitasks"},
            "traceEvents": list(trace_events(view, title)),
            "displayTimeUnit": "ns",
        }
    )


def trace_events(view: View, title: str) -> Iterator[TraceEvent]:
    """Give the events of the trace: first the names, then the slices, then the marks."""
    yield {"ph": "M", "name": "process_name", "pid": PROCESS, "args": {"name": title}}
    for lane in view.timeline.lanes:
        thread = on_thread(lane.number)
        yield {"ph": "M", "name": "thread_name", **thread, "args": {"name": lane.name}}
        place = {"sort_index": lane.number}
        yield {"ph": "M", "name": "thread_sort_index", **thread, "args": place}
    for call in view.all_calls:
        yield from slices(call)
    for mark in view.all_marks:
        start = {**on_thread(mark.lane), "ts": mark.time / MICROSECOND}
        # "s": drawn on its thread alone.
        yield {"ph": "i", "s": "t", "name": mark.text, "cat": "mark", **start}


def slices(call: Call) -> Iterator[TraceEvent]:
    last = len(call.slices) - 1
    for index, each in enumerate(call.slices):
        flow = {"bind_id": hex(each.frame), "flow_in": index > 0, "flow_out": index < last}
        yield {
            "ph": "X",
            "name": call.function,
            "cat": "call",
            **on_thread(each.lane),
            "ts": each.start / MICROSECOND,
            "dur": (each.end - each.start) / MICROSECOND,
            **(flow if last else {}),
            # What a viewer shows beside a slice that is selected.
            "args": {
                "begun by": each.begun,
                "ended by": each.ended,
                "outcome": each.text,
                "file": call.file,
                "line": each.event.line,
                "task": each.event.task,
                "variables": dict(each.event.variables),
            },
        }


def on_thread(lane: int) -> TraceEvent:
    """Give a lane's thread. Its id is not 0, which viewers take for the idle thread."""
    return {"pid": PROCESS, "tid": lane + 1}
