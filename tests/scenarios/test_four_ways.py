"""four-ways: what each of four ways into a thread gives up."""

from itertools import pairwise

from minitasks.timeline.calls import Call
from minitasks.timeline.facts import Facts

NAME = "four-ways"
WAYS = ("run_in_threadpool", "anyio.to_thread.run_sync", "asyncio.to_thread", "ThreadPoolExecutor")


def calls_of(facts: Facts) -> dict[str, dict[str, Call]]:
    """Give the calls that each way made, by their functions' names."""
    marks = [mark for way in WAYS for mark in facts.marks(way)]
    assert tuple(mark.text for mark in marks) == WAYS
    times = [mark.time for mark in marks] + [facts.events[-1].time + 1]
    return {
        mark.text: {call.name: call for call in facts.calls() if start < call.start < end}
        for mark, (start, end) in zip(marks, pairwise(times), strict=True)
    }


def ran_in_a_thread(facts: Facts) -> dict[str, dict[str, Call]]:
    """Give the calls of the ways that this event loop allows."""
    return {way: calls for way, calls in calls_of(facts).items() if "look_around" in calls}


def test_the_first_two_run_everywhere_the_others_need_asyncio(facts: Facts) -> None:
    """Either all four run, or two run and the others raise: there is no asyncio event loop."""
    calls = calls_of(facts)
    if tuple(ran_in_a_thread(facts)) != WAYS:
        assert tuple(ran_in_a_thread(facts)) == WAYS[:2]
        for way in WAYS[2:]:
            assert calls[way]["try_out"].text == "RuntimeError('no running event loop')"


def test_all_run_in_worker_threads(facts: Facts) -> None:
    """Each way calls the sync function off the event loop."""
    lanes = {calls["look_around"].lane.kind for calls in ran_in_a_thread(facts).values()}
    assert lanes == {"worker thread"}


def test_the_first_two_take_a_token(facts: Facts) -> None:
    """One of the limiter's tokens is taken while the function runs, or none."""
    for way, calls in ran_in_a_thread(facts).items():
        taken = calls["look_around"].text.startswith("(1,")
        assert taken == (way in WAYS[:2])


def test_the_first_three_carry_the_context(facts: Facts) -> None:
    """The function sees the context variable that the caller set, or its default."""
    for way, calls in ran_in_a_thread(facts).items():
        expected = "'nobody')" if way == "ThreadPoolExecutor" else "'ada')"
        assert calls["look_around"].text.endswith(expected)


def test_only_anyio_keeps_keywords_for_itself(facts: Facts) -> None:
    """A keyword argument reaches the function, or there is a TypeError."""
    for way, calls in ran_in_a_thread(facts).items():
        if way == "anyio.to_thread.run_sync":
            assert "greet" not in calls
            assert calls["call_with_keyword"].text.startswith("TypeError")
        else:
            assert "greet" in calls


def test_the_first_two_wait_for_the_thread_when_cancelled(facts: Facts) -> None:
    """The cancelled caller ends after the thread's function, or leaves it running."""
    for way, calls in ran_in_a_thread(facts).items():
        linger, caller = calls["linger"], calls["call_and_leave"]
        assert (linger.end < caller.end) == (way in WAYS[:2])
        assert linger.text == str(way not in WAYS[:2])
