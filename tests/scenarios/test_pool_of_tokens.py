"""pool-of-tokens: two tokens, four sync tasks."""

from minitasks.timeline.facts import Facts

NAME = "pool-of-tokens"


def test_all_are_handed_over_before_the_first_is_done(facts: Facts) -> None:
    """Four tasks are handed over while the first is still under way."""
    handed_over, images = facts.calls("hand_over"), facts.calls("resize_image")
    assert len(handed_over) == len(images) == 4
    assert handed_over[-1].start < min(image.end for image in images)


def test_each_runs_in_a_worker_thread(facts: Facts) -> None:
    """Each runs in a worker thread, to its end."""
    images = facts.calls("resize_image")
    assert {(image.lane.kind, image.ended) for image in images} == {("worker thread", "return")}


def test_two_run_side_by_side_and_never_more(facts: Facts) -> None:
    """As many are under way at once as there are tokens."""
    images = facts.calls("resize_image")
    at_once = [sum(other.start <= each.start < other.end for other in images) for each in images]
    assert max(at_once) == 2


def test_the_third_begins_when_one_is_done(facts: Facts) -> None:
    """Neither the third nor the fourth begins before one of the first two is done."""
    images = facts.calls("resize_image")
    first_done = min(image.end for image in images[:2])
    assert all(first_done < image.start for image in images[2:])


def test_those_that_wait_are_suspended(facts: Facts) -> None:
    """Waiting for a token blocks no thread: the callers are suspended, all four at once."""
    first_done = min(image.end for image in facts.calls("resize_image"))
    for caller in facts.calls("hand_over"):
        part = [part for part in caller.stretches if part.start < first_done][-1]
        assert part.ended == "suspend"
        assert part.end < first_done
