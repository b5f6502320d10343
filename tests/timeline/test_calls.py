"""Calls: a timeline's stretches, put together call by call."""

from minitasks.timeline.calls import calls
from minitasks.timeline.events import Event, Kind, Lane, Timeline

LOOP, WORKER = Lane(0, "event loop", "event loop"), Lane(1, "worker thread", "worker thread 1")


def event(kind: Kind, time: int, frame: int, lane: Lane = LOOP, text: str = "") -> Event:
    arguments = (("number", str(time)),)
    return Event(kind, time, lane.number, 1, frame, "f.py", f"Shop.f{frame}", 1, arguments, text)


def test_a_coroutine_resumed_is_one_call() -> None:
    """Its stretches are one call, from its call to its return, whoever runs in between."""
    first, second = calls(
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
    )
    assert (first.start, first.end, first.ended, first.text) == (0, 4, "return", "'done'")
    assert (first.first, second.first) == (0, 2)
    assert [part.ended for part in first.stretches] == ["suspend", "return"]
    assert first.arguments == (("number", "0"),)
    assert (first.function, first.name, first.lane) == ("Shop.f1", "f1", LOOP)
    assert (second.start, second.end, second.ended, second.lane) == (2, 5, "raise", WORKER)


def test_a_call_whose_end_was_not_recorded_is_open() -> None:
    """It lasts to the end of the recording."""
    (call,) = calls(Timeline((event("call", 0, 1), event("line", 7, 1)), (LOOP,), {}))
    assert (call.end, call.ended) == (7, "open")
