"""Calls: a run's slices, and put together call by call."""

from dataclasses import replace

from minitasks.timeline.calls import View
from minitasks.timeline.events import Event, Kind, Timeline
from minitasks.tracing.threads import Lane

LOOP, WORKER = Lane(0, "event loop", "event loop"), Lane(1, "worker thread", "worker thread 1")


def event(kind: Kind, time: int, frame: int, lane: Lane = LOOP, text: str = "") -> Event:
    arguments = (("number", str(time)),)
    return Event(kind, time, lane.number, 1, frame, "f.py", f"Shop.f{frame}", 1, arguments, text)


def test_a_coroutine_resumed_is_one_call() -> None:
    """Its slices are one call, from its call to its return, whoever runs in between."""
    first, second = View(
        Timeline(
            (
                event("call", 0, 1),
                event("suspend", 1, 1),
                event("call", 2, 2, WORKER),
                event("resume", 3, 1),
                event("return", 4, 1, text="'done'"),
                event("raise", 5, 2, WORKER, text="KeyError('a')"),
            ),
            (LOOP, WORKER),
            {},
        )
    ).all_calls
    assert (first.start, first.end, first.ended, first.text) == (0, 4, "return", "'done'")
    assert (first.first, second.first) == (0, 2)
    assert [part.ended for part in first.slices] == ["suspend", "return"]
    assert first.arguments == (("number", "0"),)
    assert (first.function, first.name, first.lane) == ("Shop.f1", "f1", LOOP)
    assert (second.start, second.end, second.ended, second.lane) == (2, 5, "raise", WORKER)


def test_a_call_whose_end_was_not_recorded_is_open() -> None:
    """It lasts to the end of the recording."""
    (call,) = View(Timeline((event("call", 0, 1), event("line", 7, 1)), (LOOP,), {})).all_calls
    assert (call.end, call.ended) == (7, "open")


def test_each_slice_belongs_where_it_ran() -> None:
    """A generator may be entered in one worker thread and left in another."""
    other = Lane(2, "worker thread", "worker thread 2")
    (call,) = View(
        Timeline(
            (
                event("call", 0, 1, WORKER),
                event("suspend", 1, 1, WORKER),
                event("resume", 5, 1, other),
                event("return", 6, 1, other),
            ),
            (LOOP, WORKER, other),
            {},
        )
    ).all_calls
    assert [(each.lane, each.start, each.end) for each in call.slices] == [(1, 0, 1), (2, 5, 6)]


def test_lanes_of_one_kind_stand_in_order_of_appearance() -> None:
    """Worker thread 10 comes behind worker thread 2, and clients stand on top."""
    lanes = (
        LOOP,
        *(Lane(n, "worker thread", f"worker thread {n}") for n in range(1, 12)),
        Lane(12, "client", "client 1"),
    )
    names = [lane.name for lane in View(Timeline((), lanes, {})).lanes]
    assert names == ["client 1", "event loop", *(f"worker thread {n}" for n in range(1, 12))]


def test_clients_stand_in_the_order_of_their_names() -> None:
    """Whichever thread of theirs was first: else the second client could stand on top."""
    lanes = (Lane(0, "client", "client 2"), Lane(1, "client", "client 1"), replace(LOOP, number=2))
    names = [lane.name for lane in View(Timeline((), lanes, {})).lanes]
    assert names == ["client 1", "client 2", "event loop"]


def test_an_eager_task_is_no_event_loop_of_its_callers() -> None:
    """It begins above a coroutine that waits for nothing: that one goes on being on its thread."""
    of_task = replace(event("call", 2, 2), task=2)
    first, second = View(
        Timeline(
            (
                event("call", 0, 1),
                event("suspend", 1, 1),
                event("resume", 2, 1),
                of_task,
                replace(of_task, kind="return", time=3),
                event("return", 4, 1),
            ),
            (LOOP,),
            {},
        )
    ).all_calls
    assert [part.ended for part in first.slices] == ["suspend", "return"]
    assert [part.ended for part in second.slices] == ["return"]
