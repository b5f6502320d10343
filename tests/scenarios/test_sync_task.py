"""sync-task: a worker thread for the sync function, a free event loop meanwhile."""

from minitasks.timeline.facts import Facts

NAME = "sync-task"


def test_it_runs_in_a_worker_thread(facts: Facts) -> None:
    """The sync function runs in a worker thread."""
    (report,) = facts.calls("write_report")
    assert report.lane.kind == "worker thread"


def test_the_heart_beats_three_times_meanwhile(facts: Facts) -> None:
    """The event loop is free while the function blocks its thread, until three beats are over."""
    (report,) = facts.calls("write_report")
    beats = [beat for beat in facts.marks("heartbeat") if report.start < beat.time < report.end]
    assert len(beats) >= 3


def test_the_caller_is_suspended_until_the_thread_is_done(facts: Facts) -> None:
    """`main` leaves the event loop before the function returns, and comes back after that."""
    (report,), (main,) = facts.calls("write_report"), facts.calls("main")
    before = [part for part in main.stretches if part.start < report.end]
    after = [part for part in main.stretches if part.start > report.end]
    assert before[-1].ended == "suspend"
    assert before[-1].end < report.end
    assert after[0].begun == "resume"
