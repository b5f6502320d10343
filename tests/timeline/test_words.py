"""Words: true of minitasks and of Starlette, and true of a library that is wrong."""

import pytest

from minitasks.scenarios import NAMES
from minitasks.timeline.events import Timeline
from minitasks.timeline.words import SCENARIOS, find
from tests.recorded import recorded, runs_of

RUNS = [run for name in NAMES for run in runs_of(name)]

# What a wrong library makes of a scenario, in words that do not hold.
SAID = [
    (
        "register-product",
        "sync_on_loop",
        "send_confirmation_email is sync, and yet it ran on the event loop's thread.",
    ),
    (
        "register-product",
        "calls_at_once",
        "send_confirmation_email was called before the client had its answer (201).",
    ),
    (
        "register-product",
        "last_first",
        "send_confirmation_email was called before register_to_blockchain had ended.",
    ),
    (
        "register-product",
        "async_in_thread",
        "register_to_blockchain is async, and yet it ran on event loop 2.",
    ),
    ("register-product", "skips_the_last", "send_confirmation_email was never called."),
    ("sync-task", "sync_on_loop", "main was not suspended while write_report ran."),
    ("frozen-loop", "async_in_thread", "and not until write_report was done."),
    ("in-order", "calls_at_once", "charge_card was called before all tasks were added."),
    ("in-order", "skips_the_last", "Of 4 tasks 3 ran."),
    (
        "in-order",
        "last_first",
        "The order was another: "
        "send_confirmation_email, print_label, notify_warehouse, charge_card.",
    ),
    (
        "first-failure",
        "swallows_errors",
        "send_confirmation_email, behind it, was called all the same.",
    ),
    (
        "first-failure",
        "keeps_quiet",
        "The exception did not reach the server: nobody will hear of it.",
    ),
    (
        "pool-of-tokens",
        "plain_executor",
        "The limiter has 2 tokens, and at most 4 ran at once.",
    ),
    ("pool-of-tokens", "plain_executor", "0 of 4 images waited for a token."),
    (
        "context",
        "plain_executor",
        "The caller had set current_user to ada, and write_audit_log saw nobody.",
    ),
    ("context", "leaks_context", "It set it to auditor; after that the caller saw auditor."),
    (
        "lost-coroutine",
        "awaits_results",
        "Somebody awaited the coroutine that it returned: send_email ran for ada.",
    ),
    ("lost-coroutine", "awaits_results", "Nobody noticed."),
    (
        "lost-coroutine",
        "misses_partials",
        "The partial was not seen through: send_email did not run for grace.",
    ),
    ("cancelled", "shields_tasks", "call_slow_service was not stopped."),
    ("cancelled", "abandons_threads", "the shutdown did not wait."),
    (
        "four-ways",
        "plain_executor",
        "run_in_threadpool: no token; no context; keywords; a cancel does not wait.",
    ),
]


@pytest.mark.parametrize("run", RUNS)
def test_what_holds_is_said_in_three_to_six_sentences(run: tuple[str, str, str]) -> None:
    """On minitasks and on Starlette, on every event loop, each sentence holds."""
    found = find(run[0], recorded(*run).timeline)
    assert [finding.text for finding in found if not finding.holds] == []
    assert 3 <= len(found) <= 6


@pytest.mark.parametrize(("scenario", "library", "text"), SAID)
def test_what_went_wrong_is_said(scenario: str, library: str, text: str) -> None:
    """A wrong library is told what it did, in a sentence that does not hold."""
    found = find(scenario, recorded(scenario, library).timeline)
    wrong = [finding.text for finding in found if not finding.holds]
    assert any(each.endswith(text) for each in wrong), wrong


@pytest.mark.parametrize("scenario", NAMES)
def test_something_is_said_of_a_run_that_ended_at_once(scenario: str) -> None:
    """Where nothing was recorded, no sentence claims that something happened."""
    found = find(scenario, Timeline((), (), {}))
    assert not any(finding.holds for finding in found)


def test_every_scenario_has_words() -> None:
    """A scenario without words would fail in front of its user."""
    assert set(SCENARIOS) == set(NAMES)
