"""lost-coroutine: a sync wrapper round an async function loses its coroutine."""

from minitasks.timeline.facts import Facts

NAME = "lost-coroutine"


def test_the_wrapper_runs_in_a_worker_thread(facts: Facts) -> None:
    """The wrapper is a sync function, and returns a coroutine."""
    (call,) = facts.calls("send_later")
    assert call.lane.kind == "worker thread"
    assert call.text == "<coroutine send_email>"


def test_nobody_awaits_its_coroutine(facts: Facts) -> None:
    """The async function runs once only: not for the wrapper, but for the partial."""
    (call,) = facts.calls("send_email")
    assert dict(call.arguments)["to"] == "'grace@example.org'"


def test_asyncio_warns_and_trio_refuses(facts: Facts) -> None:
    """The loss is told by a RuntimeWarning alone, or, on trio, by a TypeError."""
    warned = [mark.text for mark in facts.marks("RuntimeWarning")]
    refused = [call.name for call in facts.calls() if call.text.startswith("TypeError")]
    if refused:
        assert not warned
    else:
        assert warned == ["RuntimeWarning: coroutine 'send_email' was never awaited"]


def test_a_partial_is_seen_through(facts: Facts) -> None:
    """The partial of the async function runs on the event loop, to its end."""
    (call,) = facts.calls("send_email")
    assert (call.lane, call.ended) == (facts.loop, "return")
