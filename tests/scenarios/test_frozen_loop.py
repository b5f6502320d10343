"""frozen-loop: a blocking call in an async task stops the event loop for everyone."""

from minitasks.timeline.facts import Facts

NAME = "frozen-loop"


def test_it_runs_on_the_event_loop_without_a_break(facts: Facts) -> None:
    """The async task runs on the event loop, and is never suspended."""
    (report,) = facts.calls("write_report")
    assert report.lane == facts.loop
    assert len(report.stretches) == 1


def test_the_first_client_has_its_answer_before(facts: Facts) -> None:
    """The first client's response is complete before the task is called."""
    (report,), (answer,) = facts.calls("write_report"), facts.marks("response", "client 1")
    assert answer.time < report.start


def test_the_heart_stands_still(facts: Facts) -> None:
    """The heart beats before and after, but not while the task runs."""
    (report,) = facts.calls("write_report")
    beats = [beat.time for beat in facts.marks("heartbeat")]
    assert any(beat < report.start for beat in beats)
    assert not any(report.start < beat < report.end for beat in beats)
    assert any(beat > report.end for beat in beats)


def test_the_second_client_waits(facts: Facts) -> None:
    """The second client asks while the task runs, and has no answer before its end."""
    (report,) = facts.calls("write_report")
    (asked,), (answer,) = facts.marks("request", "client 2"), facts.marks("response", "client 2")
    assert report.start < asked.time < report.end < answer.time
