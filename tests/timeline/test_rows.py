"""Rows: a timeline as plain lines, from one written by hand."""

from minitasks.timeline.calls import View
from minitasks.timeline.events import Event, Kind, Timeline
from minitasks.timeline.rows import list_rows
from minitasks.tracing.threads import Lane

LANES = (Lane(0, "event loop", "event loop"), Lane(1, "client", "client"))


def event(kind: Kind, time: int, lane: int = 0, text: str = "") -> Event:
    return Event(kind, time, lane, 1, 1, "/some/where/shop.py", "save", 7, (), text)


def rows(*events: Event) -> list[str]:
    return list(list_rows(View(Timeline(events, LANES, {}))))


def test_each_event_but_a_line_is_a_row() -> None:
    """When, where, what, and on which line; times count from the first event."""
    assert rows(
        event("call", 1_000_000),
        event("line", 1_500_000),
        event("suspend", 2_000_000),
        event("resume", 13_000_000),
        event("return", 14_250_000, text="True"),
    ) == [
        "     0.00  event loop  save is called  shop.py:7",
        "     1.00  event loop  save is suspended  shop.py:7",
        "    12.00  event loop  save is resumed  shop.py:7",
        "    13.25  event loop  save returns  shop.py:7  True",
    ]


def test_times_count_from_the_first_request() -> None:
    """What comes before the request has a negative time."""
    assert rows(
        event("call", 1_000_000),
        event("mark", 5_000_000, lane=1, text="request sent"),
        event("mark", 9_000_000, lane=1, text="request sent"),
    ) == [
        "    -4.00  event loop  save is called  shop.py:7",
        "     0.00  client      request sent",
        "     4.00  client      request sent",
    ]


def test_a_raise_tells_what_and_a_plain_return_does_not() -> None:
    """None, which every function without a return statement returns, would only be noise."""
    ends = rows(event("raise", 0, text="KeyError('a')"), event("return", 0, text="None"))
    assert ends == [
        "     0.00  event loop  save raises  shop.py:7  KeyError('a')",
        "     0.00  event loop  save returns  shop.py:7",
    ]


def test_a_row_fits_the_width() -> None:
    """A long value is cut, and what comes before it stays."""
    [row] = rows(event("return", 0, text="x" * 100))
    assert len(row) == 80
    assert row.startswith("     0.00  event loop  save returns  shop.py:7  xxx")
    assert row.endswith("x…")


def test_nothing_recorded_is_no_row() -> None:
    """An empty timeline has no zero to count from."""
    assert rows() == []
