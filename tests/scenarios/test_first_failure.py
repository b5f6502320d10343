"""first-failure: the first task that raises ends the run."""

from minitasks.timeline.facts import Facts

NAME = "first-failure"


def test_the_client_has_its_201_before_any_task(facts: Facts) -> None:
    """The client's response is complete, and a success, before any task is called."""
    (answer,) = facts.marks("response", "client")
    assert answer.text == "response 201 complete at the client"
    tasks = facts.calls("save_thumbnail", "register_to_blockchain", "send_confirmation_email")
    assert all(answer.time < task.start for task in tasks)


def test_the_first_returns_and_the_second_raises(facts: Facts) -> None:
    """The task before the failure runs to its end; the failing one begins after it."""
    (first,), (second,) = facts.calls("save_thumbnail"), facts.calls("register_to_blockchain")
    assert (first.ended, second.ended) == ("return", "raise")
    assert first.end < second.start
    assert second.text.startswith("ConnectionError")


def test_the_third_is_never_called(facts: Facts) -> None:
    """No task behind the failure is called."""
    assert not facts.calls("send_confirmation_email")


def test_the_exception_travels_up_to_the_server(facts: Facts) -> None:
    """The exception reaches the server, after it was raised and long after the answer."""
    (second,) = facts.calls("register_to_blockchain")
    (reached,) = facts.marks("exception reaches the server")
    assert reached.text.endswith("ConnectionError")
    assert second.end < reached.time
