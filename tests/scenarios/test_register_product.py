"""register-product: the answer first, then the tasks, each where it belongs."""

from minitasks.timeline.facts import Facts

NAME = "register-product"


def test_the_sync_endpoint_runs_in_a_worker_thread(facts: Facts) -> None:
    """FastAPI runs a sync endpoint in a worker thread, whatever library the tasks are from."""
    (call,) = facts.calls("register_product")
    assert call.lane.kind == "worker thread"


def test_adding_calls_nothing(facts: Facts) -> None:
    """Both tasks are added within the endpoint, and called when it has returned."""
    (endpoint,) = facts.calls("register_product")
    tasks = facts.calls("register_to_blockchain", "send_confirmation_email")
    assert len(tasks) == 2
    assert all(endpoint.end < task.start for task in tasks)


def test_the_response_is_complete_before_the_first_task(facts: Facts) -> None:
    """The client has its 201 before any task is called."""
    (answer,) = facts.marks("response", "client")
    assert answer.text == "response 201 complete at the client"
    tasks = facts.calls("register_to_blockchain", "send_confirmation_email")
    assert all(answer.time < task.start for task in tasks)


def test_the_async_task_runs_on_the_event_loop(facts: Facts) -> None:
    """The async task runs on the event loop, and leaves it free while it waits."""
    (task,) = facts.calls("register_to_blockchain")
    assert task.lane == facts.loop
    assert [part.ended for part in task.stretches] == ["suspend", "return"]


def test_the_sync_task_runs_in_a_worker_thread_after_it(facts: Facts) -> None:
    """The sync task runs in a worker thread, once the async one has ended."""
    (first,) = facts.calls("register_to_blockchain")
    (second,) = facts.calls("send_confirmation_email")
    assert second.lane.kind == "worker thread"
    assert first.end < second.start
