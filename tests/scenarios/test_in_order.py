"""in-order: tasks run one after another, in the order added, sync and async alike."""

from itertools import pairwise

from minitasks.timeline.facts import Facts

NAME = "in-order"
TASKS = ("charge_card", "notify_warehouse", "print_label", "send_confirmation_email")


def test_all_are_added_before_the_first_is_called(facts: Facts) -> None:
    """Four tasks are added, and none of them is called before the last was added."""
    added, called = facts.calls("add_task"), facts.calls(*TASKS)
    assert len(added) == len(called) == 4
    assert added[-1].end < called[0].start


def test_they_are_called_in_the_order_added(facts: Facts) -> None:
    """The order of the calls is the order in which they were added."""
    assert tuple(call.name for call in facts.calls(*TASKS)) == TASKS


def test_never_two_at_once(facts: Facts) -> None:
    """Each is called when the one before it has returned."""
    calls = facts.calls(*TASKS)
    assert [call.ended for call in calls] == ["return"] * 4
    assert all(earlier.end < later.start for earlier, later in pairwise(calls))


def test_each_kind_has_its_place(facts: Facts) -> None:
    """The sync ones run in a worker thread, the async ones on the event loop."""
    sync, async_ = facts.calls(*TASKS[::2]), facts.calls(*TASKS[1::2])
    assert {call.lane.kind for call in sync} == {"worker thread"}
    assert {call.lane for call in async_} == {facts.loop}
