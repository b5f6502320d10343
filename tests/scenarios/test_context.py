"""context: context variables travel into the worker thread, and do not travel back."""

from minitasks.timeline.facts import Facts

NAME = "context"


def test_the_sync_task_runs_in_a_worker_thread(facts: Facts) -> None:
    """There is a thread to travel into."""
    (call,) = facts.calls("write_audit_log")
    assert call.lane.kind == "worker thread"


def test_the_thread_sees_what_the_caller_set(facts: Facts) -> None:
    """The thread first sees the caller's value, then its own."""
    seen = [mark.text for mark in facts.marks("the thread sees")]
    assert seen == ["the thread sees ada", "the thread sees auditor"]


def test_the_caller_does_not_see_what_the_thread_set(facts: Facts) -> None:
    """After the thread, the caller still has its own value."""
    assert facts.marks("the caller sees")[0].text == "the caller sees ada"


def test_what_an_awaited_coroutine_sets_stays(facts: Facts) -> None:
    """An async task runs on the event loop in the caller's own context: what it sets stays."""
    (call,) = facts.calls("switch_user")
    assert call.lane == facts.loop
    assert facts.marks("the caller sees")[1].text == "the caller sees grace"
