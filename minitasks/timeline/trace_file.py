"""Trace file: a timeline in the Trace Event format, which Perfetto and speedscope open.

A lane becomes a thread, a slice a slice of it, a mark an instant. A flow ties the slices of
one coroutine together: Perfetto draws arrows from a suspend to the resume that follows.
"""

import json
from collections.abc import Iterator
from itertools import chain
from typing import Any

from minitasks.timeline.calls import Call, Slice, View
from minitasks.timeline.events import Event
from minitasks.tracing.threads import Lane

TraceEvent = dict[str, Any]

PROCESS = 1
MICROSECOND = 1000  # nanoseconds; the format counts time in microseconds


def render_trace(view: View, title: str = "A recorded run") -> str:
    """Write a timeline as JSON in the Trace Event format.

    Args:
        view: The recorded run.
        title: What to call the process.

    Returns:
        The document. It is plain ASCII: whatever the run put into names and values is escaped.
    """
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
    yield named("process_name", {"name": title})
    for lane in view.timeline.lanes:
        yield named("thread_name", {"name": lane.name}, lane)
        yield named("thread_sort_index", {"sort_index": lane.number}, lane)
    yield from chain.from_iterable(slices(call, view) for call in view.all_calls)
    for mark in view.all_marks:
        yield instant(mark)


def named(name: str, args: dict[str, Any], lane: Lane | None = None) -> TraceEvent:
    """Name a thread or the process."""
    thread = {} if lane is None else {"tid": thread_of(lane.number)}
    return {"ph": "M", "name": name, "pid": PROCESS, **thread, "args": args}


def slices(call: Call, view: View) -> Iterator[TraceEvent]:
    """Give each slice of a call."""
    last = len(call.slices) - 1
    for index, each in enumerate(call.slices):
        flow = {}
        if last:
            flow = {"bind_id": hex(each.frame), "flow_in": index > 0, "flow_out": index < last}
        yield {
            "ph": "X",
            "name": each.function,
            "cat": "call",
            "pid": PROCESS,
            "tid": thread_of(each.lane),
            "ts": each.start / MICROSECOND,
            "dur": (each.end - each.start) / MICROSECOND,
            **flow,
            "args": arguments(each, view.timeline.events[each.first]),
        }


def arguments(each: Slice, first: Event) -> dict[str, Any]:
    """Give what a viewer shows beside a slice that is selected."""
    return {
        "begun by": each.begun,
        "ended by": each.ended,
        "outcome": each.text,
        "file": each.file,
        "line": first.line,
        "task": each.task,
        "variables": dict(first.variables),
    }


def instant(mark: Event) -> TraceEvent:
    """Give the instant of a mark."""
    return {
        "ph": "i",
        "s": "t",  # drawn on its thread alone
        "name": mark.text,
        "cat": "mark",
        "pid": PROCESS,
        "tid": thread_of(mark.lane),
        "ts": mark.time / MICROSECOND,
    }


def thread_of(lane: int) -> int:
    """Give a lane's thread id. 0 is not for use: viewers take it for the idle thread."""
    return lane + 1
