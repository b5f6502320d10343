"""Rows: a timeline as plain lines, from one written by hand."""

from functools import partial

from minitasks.timeline.events import Event
from minitasks.timeline.rows import list_rows
from tests.timeline.recordings import CLIENT, event, view_of

step = partial(event, function="save", line=7)


def rows(*events: Event) -> list[str]:
    return list(list_rows(view_of(*events)))


def test_each_event_but_a_line_is_a_row() -> None:
    """When, where, what, and on which line; times count from the first event."""
    assert rows(
        step("call", 1_000_000),
        step("line", 1_500_000),
        step("suspend", 2_000_000),
        step("resume", 13_000_000),
        step("return", 14_250_000, text="True"),
    ) == [
        "     0.00  event loop       save is called  orders.py:7",
        "     1.00  event loop       save is suspended  orders.py:7",
        "    12.00  event loop       save is resumed  orders.py:7",
        "    13.25  event loop       save returns  orders.py:7  True",
    ]


def test_times_count_from_the_first_request() -> None:
    """What comes before the request has a negative time."""
    assert rows(
        step("call", 1_000_000),
        step("mark", 5_000_000, CLIENT, text="request sent"),
        step("mark", 9_000_000, CLIENT, text="request sent"),
    ) == [
        "    -4.00  event loop       save is called  orders.py:7",
        "     0.00  client           request sent",
        "     4.00  client           request sent",
    ]


def test_a_raise_tells_what_and_a_plain_return_does_not() -> None:
    """None, which every function without a return statement returns, would only be noise."""
    assert rows(step("raise", 0, text="KeyError('a')"), step("return", 0, text="None")) == [
        "     0.00  event loop       save raises  orders.py:7  KeyError('a')",
        "     0.00  event loop       save returns  orders.py:7",
    ]


def test_a_row_fits_the_width() -> None:
    """A long value is cut, and what comes before it stays."""
    [row] = rows(step("return", 0, text="x" * 100))
    assert len(row) == 80
    assert row.startswith("     0.00  event loop       save returns  orders.py:7  xxx")
    assert row.endswith("x…")


def test_nothing_recorded_is_no_row() -> None:
    """An empty timeline has no zero to count from."""
    assert rows() == []
