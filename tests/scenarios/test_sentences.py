"""What a scenario says: each sentence holds on every right library and fails on its wrong one.

The wrong libraries are in wrong.py, each named by what is wrong with it.
"""

from dataclasses import replace

import pytest

from minitasks.scenarios import NAMES
from minitasks.timeline.calls import View
from minitasks.timeline.events import Timeline
from minitasks.timeline.scenario_findings import SCENARIOS, find
from tests.recorded import recorded, runs_of

ON_LOOP = " is sync: it ran on the event loop."
IN_THREAD = " is async: it ran in worker thread 1."
NEVER = " was never called."
SIDE_BY_SIDE = "The tasks ran in this order, some of them side by side: "
REVERSED = (
    "The tasks ran in this order, each when the one before it had ended: {}. "
    "They were added in another order."
)

# For each sentence that a right library gets, in order: the library that is wrong there, and what
# is said of it. Where no library can be wrong, the reason.
WRONG: dict[str, list[tuple[str, str] | str]] = {
    "register-product": [
        ("calls_at_once", "send_confirmation_email was called before the answer (201) was sent."),
        "FastAPI's doing",
        ("async_in_thread", "register_to_blockchain" + IN_THREAD),
        ("sync_on_loop", "send_confirmation_email" + ON_LOOP),
        ("last_first", REVERSED.format("send_confirmation_email, register_to_blockchain")),
    ],
    "sync-task": [
        ("sync_on_loop", "write_report" + ON_LOOP),
        ("sync_on_loop", "ms that write_report blocked its thread."),
        ("sync_on_loop", "main was not suspended while write_report ran."),
    ],
    "frozen-loop": [
        ("runs_nothing", "write_report" + NEVER),
        ("async_in_thread", "write_report" + IN_THREAD),
        ("async_in_thread", "The event loop went on while write_report ran."),
    ],
    "in-order": [
        ("calls_at_once", "charge_card was called before all tasks were added."),
        (
            "last_first",
            REVERSED.format("send_confirmation_email, print_label, notify_warehouse, charge_card"),
        ),
        ("sync_on_loop", "charge_card" + ON_LOOP),
        ("async_in_thread", "notify_warehouse" + IN_THREAD),
        ("sync_on_loop", "print_label" + ON_LOOP),
        ("async_in_thread", "send_confirmation_email" + IN_THREAD),
    ],
    "first-failure": [
        ("calls_at_once", "save_thumbnail was called before the answer (201) was sent."),
        ("last_first", "save_thumbnail" + NEVER),
        ("keeps_quiet", "the server did not see it."),
        ("swallows_errors", "send_confirmation_email, behind it, was called all the same."),
    ],
    "pool-of-tokens": [
        ("sync_on_loop", "resize_image" + ON_LOOP),
        ("one_token", "The default limiter has 2 tokens, and at most 1 ran at once."),
        ("plain_executor", " of 4 images waited for a token."),
        ("sync_on_loop", " of 4 images waited for a token."),
    ],
    "context": [
        ("sync_on_loop", "write_audit_log" + ON_LOOP),
        (
            "plain_executor",
            "The caller had set current_user to ada, and write_audit_log saw nobody.",
        ),
        ("leaks_context", "It set it to auditor; after that the caller saw auditor."),
        ("async_in_thread", "switch_user" + IN_THREAD),
        ("async_in_thread", "It set it to grace; after that the caller saw ada."),
    ],
    "lost-coroutine": [
        ("sync_on_loop", "send_later" + ON_LOOP),
        (
            "awaits_results",
            "Somebody awaited the coroutine that it returned: send_email ran for ada.",
        ),
        ("misses_partials", "send_email" + NEVER),
    ],
    "cancelled": [
        ("shields_tasks", "call_slow_service was not stopped."),
        ("sync_on_loop", "copy_file" + ON_LOOP),
        ("abandons_threads", "the caller did not wait."),
        ("shields_tasks", "send_confirmation_email was not stopped."),
        ("sync_on_loop", "asyncio's cancel waited until upload_file had ended."),
    ],
    "four-ways": [
        (
            "plain_executor",
            "run_in_threadpool: no token; no context; keywords; a cancel scope does not wait.",
        ),
        "anyio's doing",
        "asyncio's doing",
        "the executor's doing",
    ],
}
# What else may be wrong with the one way that a library has in hand.
ONE_WAY = [
    ("calls_here", "run_in_threadpool: no token; context; keywords; a cancel scope waits."),
    ("drops_keywords", "run_in_threadpool: a token; context; no keywords; a cancel scope waits."),
    (
        "abandons_threads",
        "run_in_threadpool: a token; context; keywords; a cancel scope does not wait.",
    ),
]
RUNS = [run for name in NAMES for run in runs_of(name)]
SAID = [
    pytest.param((name, said[0], "asyncio"), said[1], id=f"{name}: {said[1]}")
    for name in NAMES
    for said in [*WRONG[name], *(ONE_WAY if name == "four-ways" else [])]
    if not isinstance(said, str)
]
# What another library may want: it differs from Starlette, and is not called wrong.
MEANT_SO = [
    ("in-order", "all_at_once", SIDE_BY_SIDE),
    ("in-order", "last_first", "They were added in another order."),
    ("first-failure", "all_at_once", " was called all the same"),
    ("pool-of-tokens", "plain_executor", "The default limiter has 2 tokens, and at most "),
    ("pool-of-tokens", "plain_executor", " of 4 images waited for a token."),
]


@pytest.mark.parametrize("run", RUNS)
def test_on_a_right_library_every_sentence_holds(run: tuple[str, str, str]) -> None:
    """On minitasks and Starlette, on every event loop; each sentence has its row above."""
    name, _, backend = run
    result = recorded(*run)
    found = find(name, result.view)
    assert [finding.text for finding in found if not finding.holds] == []
    assert not result.error
    assert 3 <= len(found) <= 6
    assert len(found) == len(WRONG[name]) or backend == "trio"


@pytest.mark.parametrize(("run", "text"), SAID)
def test_on_a_wrong_library_it_fails(run: tuple[str, str, str], text: str) -> None:
    """A library that is wrong there is told what it did, in a sentence that does not hold."""
    found = find(run[0], recorded(*run).view)
    wrong = [finding.text for finding in found if not finding.holds]
    assert any(each.endswith(text) for each in wrong), wrong


@pytest.mark.parametrize(("name", "library", "text"), MEANT_SO)
def test_what_may_be_wanted_is_told_as_a_difference(name: str, library: str, text: str) -> None:
    """Tasks side by side, or all of them in spite of a failure, differ and are no fault."""
    found = find(name, recorded(name, library).view)
    (finding,) = [each for each in found if text in each.text]
    assert finding.differs
    assert not finding.holds


def test_a_failure_in_a_group_has_reached_the_server() -> None:
    """A library that goes on and raises an ExceptionGroup in the end has not kept it quiet."""
    view = recorded("first-failure", "groups_errors").view
    found = find("first-failure", view)
    (mark,) = view.marks("exception reaches the server: ")
    assert mark.text.endswith(": ExceptionGroup of ConnectionError")
    assert [each.holds for each in found if "it reached the server" in each.text] == [True]


def test_a_client_that_reads_late_is_not_said_to_wait_for_the_tasks() -> None:
    """On a busy machine its thread may get no turn before they end; the answer was sent before."""
    timeline = recorded("register-product").view.timeline
    answered = next(each for each in timeline.events if each.text.startswith("response 201"))
    others = tuple(each for each in timeline.events if each is not answered)
    late = replace(answered, time=others[-1].time + 1)
    found = find("register-product", View(replace(timeline, events=(*others, late))))
    assert "the client had it" in found[0].text
    assert all(each.holds for each in found)


@pytest.mark.parametrize("name", NAMES)
def test_something_is_said_of_a_run_that_ended_at_once(name: str) -> None:
    """Where nothing was recorded, no sentence claims that something happened."""
    found = find(name, View(Timeline((), (), {})))
    assert found
    assert not any(finding.holds for finding in found)


def test_every_scenario_has_sentences() -> None:
    """A scenario without them would fail in front of its user."""
    assert set(SCENARIOS) == set(NAMES) == set(WRONG)
