"""cancelled: an async task stops at its next await, a thread goes on to its end."""

from minitasks.timeline.facts import Facts

NAME = "cancelled"


def test_the_timeout_ends_the_async_task_at_its_await(facts: Facts) -> None:
    """The async task is suspended at its await when the exception comes, and ends with it."""
    (call,), (over,) = facts.calls("call_slow_service"), facts.marks("timeout over")
    assert [part.ended for part in call.stretches] == ["suspend", "raise"]
    assert "Cancelled" in call.text
    assert call.end < over.time


def test_the_thread_runs_on_to_its_end(facts: Facts) -> None:
    """The shutdown begins while the thread runs, and the thread returns after that."""
    (copy,), (begins,) = facts.calls("copy_file"), facts.marks("shutdown begins")
    assert copy.lane.kind == "worker thread"
    assert copy.start < begins.time < copy.end
    assert copy.ended == "return"


def test_the_shutdown_waits_for_the_thread(facts: Facts) -> None:
    """The shutdown is over when the thread has returned, not before."""
    (copy,), (over,) = facts.calls("copy_file"), facts.marks("shutdown over")
    assert copy.end < over.time


def test_the_task_behind_it_ends_at_its_first_await(facts: Facts) -> None:
    """The async task behind the thread is called, and cancelled where it first awaits."""
    (copy,), (call,) = facts.calls("copy_file"), facts.calls("send_confirmation_email")
    assert copy.end < call.start
    assert call.ended == "raise"
    assert "Cancelled" in call.text
