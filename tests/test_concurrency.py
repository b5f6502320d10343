"""The laws of run_in_threadpool, on asyncio and trio. Every one of them is Starlette's too."""

import contextvars
import functools
import threading

import anyio
import anyio.from_thread
import anyio.to_thread
import pytest

from minitasks.scenarios.library import Library
from tests.conftest import Run
from tests.implementations import STARLETTE
from tests.journal import Journal
from tests.test_background import PASSED_ON


def test_one_keyword_cannot_be_passed_through(library: Library, run_in_loop: Run) -> None:
    """`func` is a parameter of run_in_threadpool itself; `self` is free here, as all others are."""
    keywords = dict.fromkeys((*PASSED_ON, "self"), 1)
    assert run_in_loop(functools.partial(library.run_in_threadpool, **keywords), dict) == keywords
    with pytest.raises(TypeError, match="multiple values for argument 'func'"):
        run_in_loop(functools.partial(library.run_in_threadpool, **{"func": 1}), dict)


def test_nothing_is_called_before_the_await(library: Library, run_in_loop: Run) -> None:
    """Calling run_in_threadpool gives a coroutine; the function runs once that is awaited."""
    journal = Journal()

    async def main() -> None:
        coroutine = library.run_in_threadpool(journal.write, "called")
        journal.write("not yet")
        await coroutine

    run_in_loop(main)
    assert journal.entries == [("not yet", "event loop"), ("called", "worker thread")]


def test_context_variables_travel_in_and_not_back(library: Library, run_in_loop: Run) -> None:
    """The worker sees the caller's value; the caller does not see what the worker set."""
    request = contextvars.ContextVar("request", default="none")

    def change() -> str:
        seen = request.get()
        request.set("changed in the worker")
        return seen

    async def main() -> tuple[str, str]:
        request.set("set by the caller")
        return await library.run_in_threadpool(change), request.get()

    assert run_in_loop(main) == ("set by the caller", "set by the caller")


def test_the_capacity_limiter_bounds_the_threads(library: Library, run_in_loop: Run) -> None:
    """With 2 tokens, 2 of 5 calls run and 3 wait; each of them runs in the end."""
    release = threading.Event()
    begun: list[int] = []

    def hold(number: int) -> None:
        begun.append(number)
        release.wait(timeout=30)

    async def main() -> tuple[float, int, int]:
        limiter = anyio.to_thread.current_default_thread_limiter()
        limiter.total_tokens = 2

        async def call(number: int) -> None:
            await library.run_in_threadpool(hold, number)

        async with anyio.create_task_group() as group:
            for number in range(5):
                group.start_soon(call, number)
            await anyio.wait_all_tasks_blocked()
            statistics = limiter.statistics()
            running = len(begun)
            release.set()
        return statistics.borrowed_tokens, statistics.tasks_waiting, running

    taken, waiting, running = run_in_loop(main)
    assert (taken, waiting) == (2, 3)
    assert running <= 2
    assert sorted(begun) == [0, 1, 2, 3, 4]


class Unusual(BaseException):
    """An exception that `except Exception` does not catch."""


@pytest.mark.parametrize(
    "failure", [ValueError, StopIteration, KeyboardInterrupt, SystemExit, Unusual]
)
@pytest.mark.parametrize("is_task", [False, True])
def test_an_exception_arrives_as_in_starlette(
    library: Library, run_in_loop: Run, failure: type[BaseException], is_task: bool
) -> None:
    """The caller gets the exception itself, or what Starlette makes of it, with the same cause."""

    async def outcome(asked: Library) -> list[str]:
        raised = failure("from the worker")

        def fail() -> None:
            raise raised

        try:
            await (asked.BackgroundTask(fail)() if is_task else asked.run_in_threadpool(fail))
        except BaseException as caught:
            arrived = (caught, caught.__cause__)
            return ["raised" if each is raised else repr(each) for each in arrived]
        return []

    assert run_in_loop(outcome, library) == run_in_loop(outcome, STARLETTE) != []


def test_the_traceback_leads_to_the_line_that_raised(library: Library, run_in_loop: Run) -> None:
    """The exception's traceback goes from the caller into the function that ran in the worker."""

    def fail() -> None:
        raise ValueError("here")

    async def main() -> None:
        await library.run_in_threadpool(fail)

    with pytest.raises(ValueError, match="here") as caught:
        run_in_loop(main)
    names = [entry.name for entry in caught.traceback]
    assert names.index("run") < names.index("run_in_threadpool") < names.index("fail")
    assert names[-1] == "fail"


@pytest.mark.parametrize("is_task", [False, True])
def test_cancelling_waits_for_the_thread(library: Library, run_in_loop: Run, is_task: bool) -> None:
    """A thread can't be stopped: the caller goes on after it is done, and does nothing more."""
    journal = Journal()

    async def main() -> None:
        with anyio.CancelScope() as scope:

            def cancel() -> None:
                anyio.from_thread.run_sync(scope.cancel)
                # Turns enough for the loop to leave the scope, were it not to wait for the thread.
                for _ in range(10):
                    anyio.from_thread.run_sync(int)
                journal.write("thread done")

            if is_task:
                tasks = library.BackgroundTasks([library.BackgroundTask(cancel)])
                tasks.add_task(journal.async_step, "rest")
                await tasks()
            else:
                await library.run_in_threadpool(cancel)
        journal.write("scope left")

    run_in_loop(main)
    assert ("end", "rest") not in [event for event, _ in journal.entries]
    assert journal.entries[0] == ("thread done", "worker thread")
    assert journal.entries[-1] == ("scope left", "event loop")


def test_a_cancelled_caller_gets_no_thread(library: Library, run_in_loop: Run) -> None:
    """In a scope that is cancelled already, the function is never called."""
    journal = Journal()

    async def main() -> None:
        with anyio.CancelScope() as scope:
            scope.cancel()
            await library.run_in_threadpool(journal.write, "called")
        assert scope.cancelled_caught

    run_in_loop(main)
    assert journal.entries == []
