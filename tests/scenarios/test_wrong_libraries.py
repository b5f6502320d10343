"""Each claim fails on a library that is wrong there: a claim that can't fail says nothing.

The wrong libraries are in wrong/, each named by what is wrong with it.
"""

import inspect
from collections.abc import Callable
from types import ModuleType

import pytest

from minitasks.timeline.facts import Facts
from tests.recorded import recorded
from tests.scenarios import (
    test_cancelled,
    test_context,
    test_first_failure,
    test_four_ways,
    test_frozen_loop,
    test_in_order,
    test_lost_coroutine,
    test_pool_of_tokens,
    test_register_product,
    test_sync_task,
)

Claim = Callable[[Facts], None]

WRONG_FOR: dict[Claim, str] = {
    test_register_product.test_adding_calls_nothing: "calls_at_once",
    test_register_product.test_the_response_is_complete_before_the_first_task: "calls_at_once",
    test_register_product.test_the_async_task_runs_on_the_event_loop: "async_in_thread",
    test_register_product.test_the_sync_task_runs_in_a_worker_thread_after_it: "last_first",
    test_sync_task.test_it_runs_in_a_worker_thread: "sync_on_loop",
    test_sync_task.test_the_heart_beats_three_times_meanwhile: "sync_on_loop",
    test_sync_task.test_the_caller_is_suspended_until_the_thread_is_done: "sync_on_loop",
    test_frozen_loop.test_it_runs_on_the_event_loop_without_a_break: "async_in_thread",
    test_frozen_loop.test_the_heart_stands_still: "async_in_thread",
    test_frozen_loop.test_the_second_client_waits: "async_in_thread",
    test_in_order.test_all_are_added_before_the_first_is_called: "calls_at_once",
    test_in_order.test_they_are_called_in_the_order_added: "last_first",
    test_in_order.test_never_two_at_once: "all_at_once",
    test_in_order.test_each_kind_has_its_place: "sync_on_loop",
    test_first_failure.test_the_client_has_its_201_before_any_task: "calls_at_once",
    test_first_failure.test_the_first_returns_and_the_second_raises: "last_first",
    test_first_failure.test_the_third_is_never_called: "swallows_errors",
    test_first_failure.test_the_exception_travels_up_to_the_server: "keeps_quiet",
    test_pool_of_tokens.test_all_are_handed_over_before_the_first_is_done: "sync_on_loop",
    test_pool_of_tokens.test_each_runs_in_a_worker_thread: "sync_on_loop",
    test_pool_of_tokens.test_two_run_side_by_side_and_never_more: "one_token",
    test_pool_of_tokens.test_the_third_begins_when_one_is_done: "plain_executor",
    test_pool_of_tokens.test_those_that_wait_are_suspended: "sync_on_loop",
    test_context.test_the_sync_task_runs_in_a_worker_thread: "sync_on_loop",
    test_context.test_the_thread_sees_what_the_caller_set: "plain_executor",
    test_context.test_the_caller_does_not_see_what_the_thread_set: "leaks_context",
    test_context.test_what_an_awaited_coroutine_sets_stays: "async_in_thread",
    test_lost_coroutine.test_the_wrapper_runs_in_a_worker_thread: "sync_on_loop",
    test_lost_coroutine.test_nobody_awaits_its_coroutine: "awaits_results",
    test_lost_coroutine.test_asyncio_warns_and_trio_refuses: "awaits_results",
    test_lost_coroutine.test_a_partial_is_seen_through: "misses_partials",
    test_cancelled.test_the_timeout_ends_the_async_task_at_its_await: "shields_tasks",
    test_cancelled.test_the_thread_runs_on_to_its_end: "sync_on_loop",
    test_cancelled.test_the_shutdown_waits_for_the_thread: "abandons_threads",
    test_cancelled.test_the_task_behind_it_ends_at_its_first_await: "shields_tasks",
    test_four_ways.test_all_run_in_worker_threads: "calls_here",
    test_four_ways.test_the_first_two_take_a_token: "plain_executor",
    test_four_ways.test_the_first_three_carry_the_context: "plain_executor",
    test_four_ways.test_only_anyio_keeps_keywords_for_itself: "drops_keywords",
    test_four_ways.test_the_first_two_wait_for_the_thread_when_cancelled: "abandons_threads",
}

# What no library can break, since it is FastAPI's, the server's or anyio's doing.
NOT_THE_LIBRARY = {
    test_register_product.test_the_sync_endpoint_runs_in_a_worker_thread,
    test_frozen_loop.test_the_first_client_has_its_answer_before,
    test_four_ways.test_the_first_two_run_everywhere_the_others_need_asyncio,
}


def module_of(claim: Claim) -> ModuleType:
    module = inspect.getmodule(claim)
    assert module is not None
    return module


@pytest.mark.parametrize("claim", WRONG_FOR, ids=lambda claim: claim.__name__)
def test_it_fails_on_a_library_that_is_wrong_there(claim: Claim) -> None:
    """The claim does not hold over the recording of the wrong library."""
    watched = recorded(module_of(claim).NAME, WRONG_FOR[claim])
    # A ValueError: `(call,) = ...` where nothing was called, or more than one.
    with pytest.raises((AssertionError, ValueError)):
        claim(Facts(watched.timeline))


def test_no_claim_is_missing_here() -> None:
    """Every claim has a wrong library, or is not for a library to break."""
    claims = {
        function
        for module in {module_of(claim) for claim in WRONG_FOR}
        for name, function in vars(module).items()
        if name.startswith("test_")
    }
    assert claims == WRONG_FOR.keys() | NOT_THE_LIBRARY
