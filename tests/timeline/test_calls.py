"""Calls: a run's slices, and put together call by call, from timelines written by hand."""

import pytest

from tests.timeline.recordings import LOOP, WORKER, event, run_of, view_of


@pytest.mark.parametrize(
    ("steps", "slices"),
    [
        pytest.param(
            "call 1, suspend 1, resume 1, suspend 1, resume 1, return 1",
            ["1 call 0 suspend 10", "1 resume 20 suspend 30", "1 resume 40 return 50"],
            id="no slice covers the time of a wait",
        ),
        pytest.param(
            "call 1, call 2, raise 2, line 1, return 1",
            ["1 call 0 return 40", "  2 call 10 raise 20"],
            id="a callee is one deeper, inside its caller, behind it in the list",
        ),
        pytest.param(
            "call 1, call 2 worker, return 1, return 2 worker",
            ["1 call 0 return 20", "2 call 10 return 30 worker"],
            id="what runs on another thread meanwhile is outermost there",
        ),
        pytest.param(
            "call 1 worker, suspend 1 worker, resume 1, return 1",
            ["1 call 0 suspend 10 worker", "1 resume 20 return 30"],
            id="a generator may be entered in one thread and left in another",
        ),
        pytest.param(
            "line 1, call 2, line 2, mark 0",
            ["1 open 0 open 30", "  2 call 10 open 30"],
            id="first seen in the middle it begins there, and without an end it lasts to the end",
        ),
        pytest.param(
            "call 1, call 2, line 1, call 3, return 3, return 1",
            ["1 call 0 return 50", "  2 call 10 open 20", "  3 call 30 return 40"],
            id="a missing end does not make everything behind it look deeper",
        ),
        pytest.param(
            "call 1, mark 0, return 1",
            ["1 call 0 return 20"],
            id="a mark is no slice",
        ),
        pytest.param(
            "call 1, suspend 1, resume 1, call 2 eager, return 2 eager, return 1",
            ["1 call 0 suspend 10", "1 resume 20 return 50", "  2 call 30 return 40"],
            id="above a coroutine an eager task does not make it an event loop",
        ),
    ],
)
def test_a_slice_is_a_stretch_of_a_call_on_one_thread(steps: str, slices: list[str]) -> None:
    """It begins by a call or a resume, and ends by a suspend, a return or a raise, if told."""
    found = run_of(steps).slices
    assert [
        f"{'  ' * each.depth}{each.frame} {each.begun} {each.start} {each.ended} {each.end}"
        f"{' worker' if each.lane == WORKER.number else ''}"
        for each in found
    ] == slices
    assert all(each.start == 10 * each.first for each in found)
    assert all(each.end == 10 * each.last for each in found if each.ended != "open")


def test_a_coroutine_resumed_is_one_call() -> None:
    """Its slices are one call, from its call to its return, whoever runs in between."""
    first, second = view_of(
        event("call", 0, function="Shop.send", variables={"number": "0"}),
        event("suspend", 1),
        event("call", 2, WORKER, frame=2),
        event("resume", 3),
        event("return", 4, text="'done'"),
        event("raise", 5, WORKER, frame=2, text="KeyError('a')"),
    ).all_calls
    assert (first.start, first.end, first.ended, first.text) == (0, 4, "return", "'done'")
    assert (first.first, second.first) == (0, 2)
    assert [part.ended for part in first.slices] == ["suspend", "return"]
    assert first.arguments == (("number", "0"),)
    assert (first.function, first.name, first.lane) == ("Shop.send", "send", LOOP)
    assert (second.start, second.end, second.ended, second.lane) == (2, 5, "raise", WORKER)
