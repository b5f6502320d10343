"""Stretches, marks and the axis, from timelines written by hand."""

import itertools

import pytest

from minitasks.timeline.calls import View
from minitasks.timeline.events import Event, Kind, Timeline
from minitasks.timeline.page_data import Axis
from minitasks.tracing.threads import Lane

LOOP = Lane(0, "event loop", "event loop")
WORKER = Lane(1, "worker thread", "worker thread 1")


def event(kind: Kind, time: int, frame: int = 1, lane: int = 0, text: str = "") -> Event:
    return Event(kind, time, lane, 1, frame, "f.py", f"f{frame}", 1, text=text)


def timeline(*events: Event) -> Timeline:
    return Timeline(events, (LOOP, WORKER), {})


def test_a_coroutine_that_waits_ten_times_is_eleven_stretches_of_one_frame() -> None:
    """Each resume begins a stretch of the same call; no stretch covers the time of a wait."""
    events = [event("call", 0)]
    for turn in range(10):
        events += [event("suspend", 100 * turn + 5), event("resume", 100 * turn + 95)]
    events += [event("return", 1000, text="'done'")]

    found = View(timeline(*events)).slices

    assert len(found) == 11
    assert {each.frame for each in found} == {1}
    assert [each.begun for each in found] == ["call", *["resume"] * 10]
    assert [each.ended for each in found] == [*["suspend"] * 10, "return"]
    assert all(sooner.end + 90 == later.start for sooner, later in itertools.pairwise(found))
    assert found[-1].text == "'done'"


def test_a_call_inside_a_call_is_one_deeper() -> None:
    """A callee's stretch lies inside its caller's and stands behind it in the list."""
    found = View(
        timeline(
            event("call", 0, frame=1),
            event("call", 1, frame=2),
            event("raise", 2, frame=2),
            event("line", 3, frame=1),
            event("return", 4, frame=1),
        )
    ).slices

    assert [(each.function, each.depth, each.start, each.end, each.ended) for each in found] == [
        ("f1", 0, 0, 4, "return"),
        ("f2", 1, 1, 2, "raise"),
    ]
    assert [(each.first, each.last) for each in found] == [(0, 4), (1, 2)]


def test_threads_do_not_nest_in_each_other() -> None:
    """What runs on another thread meanwhile is on its own lane, and outermost there."""
    found = View(
        timeline(
            event("call", 0, frame=1, lane=0),
            event("call", 1, frame=2, lane=1),
            event("return", 2, frame=1, lane=0),
            event("return", 3, frame=2, lane=1),
        )
    ).slices

    assert [(each.lane, each.depth, each.start, each.end) for each in found] == [
        (0, 0, 0, 2),
        (1, 0, 1, 3),
    ]


def test_a_call_that_ran_before_and_after_the_recording_is_open_at_both_ends() -> None:
    """A frame first seen in the middle begins there; one that never ends lasts to the end."""
    found = View(
        timeline(event("line", 3, frame=1), event("call", 4, frame=2), event("line", 9, frame=2))
    ).slices

    assert [(each.begun, each.ended, each.start, each.end) for each in found] == [
        ("open", "open", 3, 9),
        ("call", "open", 4, 9),
    ]


def test_a_callee_whose_end_was_not_recorded_ends_when_its_caller_goes_on() -> None:
    """A missing end does not make everything behind it look deeper."""
    found = View(
        timeline(
            event("call", 0, frame=1),
            event("call", 1, frame=2),
            event("line", 2, frame=1),
            event("call", 3, frame=3),
            event("return", 4, frame=3),
            event("return", 5, frame=1),
        )
    ).slices

    assert [(each.function, each.depth, each.end, each.ended) for each in found] == [
        ("f1", 0, 5, "return"),
        ("f2", 1, 2, "open"),
        ("f3", 1, 4, "return"),
    ]


def test_marks_are_found_with_their_index() -> None:
    """A mark is no stretch, and its index is its place among all events."""
    run = timeline(event("call", 0), event("mark", 1, frame=0, text="here"), event("return", 2))

    assert [(index, each.text) for index, each in enumerate(View(run).all_marks)] == [(0, "here")]
    assert len(View(run).slices) == 1


def test_an_empty_timeline_has_nothing_to_draw() -> None:
    """No event is no stretch, and every moment is at the left."""
    run = timeline()

    assert View(run).slices == ()
    assert View(run).all_marks == ()
    assert Axis(View(run)).place(5) == 0.0


def test_the_axis_is_to_scale_while_something_runs_and_cuts_long_pauses() -> None:
    """Twice as long is twice as wide; a pause is a tenth of what ran at most, and marked as cut."""
    run = timeline(
        event("call", 0),
        event("line", 20_000),
        event("suspend", 60_000),
        event("resume", 1_000_000_000),
        event("suspend", 1_000_040_000),
        event("resume", 1_000_045_000),
        event("return", 1_000_045_000),
    )
    axis = Axis(View(run))

    places = [axis.place(each.time) for each in run.events]

    assert places[0] == 0.0
    assert places[-1] == 1.0
    widths = [later - sooner for sooner, later in itertools.pairwise(places)]
    unit = widths[0] / 20
    assert widths == pytest.approx([20 * unit, 40 * unit, 10 * unit, 40 * unit, 5 * unit, 0])
    ((left, right, length),) = axis.cuts
    assert (left, right, length) == (places[2], places[3], 999_940_000)
    assert axis.place(500_000_000) == pytest.approx((left + right) / 2, rel=0.01)
    assert axis.place(-1) == 0.0
    assert axis.place(2_000_000_000) == 1.0
