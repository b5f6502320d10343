"""The laws of BackgroundTask and BackgroundTasks, on asyncio and trio.

Laws that Starlette shares come first (fixture `library`), then what is ours alone (`rebuilt`). What
becomes of a run whose tasks fail, cancel it, add tasks or are lists, test_differential.py compares.
"""

import gc
import inspect
import itertools
import traceback
import weakref
from collections.abc import AsyncIterator, Callable
from typing import Any

import anyio
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from minitasks.scenarios.library import Library
from tests.conftest import Run
from tests.implementations import STARLETTE
from tests.journal import Journal, step_entries

few = settings(max_examples=20)
sync_and_async = pytest.mark.parametrize("is_async", [True, False])

# Of few letters: hypothesis takes seconds for its table of all.
words = st.text("aß한", max_size=5)
values = st.none() | st.integers() | words | st.lists(st.integers(), max_size=2)

TAKEN = ("self", "func")
# The other parameter names on the way from add_task to the call, ours and anyio's.
PASSED_ON = ("args", "kwargs", "tasks", "limiter", "abandon_on_cancel", "cancellable")
keywords = st.dictionaries(st.sampled_from(PASSED_ON) | words, values, max_size=4)


async def send(to: str = "ada") -> None:
    """Stand for an async function of the learner's."""


def keeper(received: list[Any], is_async: bool) -> Callable[..., Any]:
    def keep(*args: Any, **kwargs: Any) -> None:
        received.append((args, kwargs))

    async def keep_async(*args: Any, **kwargs: Any) -> None:
        keep(*args, **kwargs)

    return keep_async if is_async else keep


@pytest.mark.parametrize("anyio_backend", ["asyncio", "trio", "uvloop"], scope="module")
@few
@given(kinds=st.lists(st.booleans(), max_size=6))
def test_any_mix_runs_in_the_order_added_each_where_it_belongs_and_may_be_awaited_again(
    library: Library, run_in_loop: Run, kinds: list[bool]
) -> None:
    """Each time, one after another: async ones on the loop's thread, sync ones off it."""
    journal = Journal()
    tasks = library.BackgroundTasks()
    for name, is_async in enumerate(kinds):
        tasks.add_task(journal.step(name, is_async))
    each_step = [step_entries(name, is_async) for name, is_async in enumerate(kinds)]
    one_run = list(itertools.chain.from_iterable(each_step))
    run_in_loop(tasks)
    assert journal.entries == one_run
    run_in_loop(tasks)
    assert journal.entries == one_run * 2


@sync_and_async
def test_a_single_task_runs_when_awaited_and_not_before(
    library: Library, run_in_loop: Run, is_async: bool
) -> None:
    """Making a task calls nothing; awaiting it does, and gives None, whatever is returned."""
    journal = Journal()
    task = library.BackgroundTask(journal.step("only", is_async))
    assert journal.entries == []
    assert run_in_loop(task) is None
    assert journal.entries == step_entries("only", is_async)
    assert run_in_loop(library.BackgroundTasks([task])) is None


@few
@given(args=st.lists(values, max_size=3), kwargs=keywords, is_async=st.booleans())
@example(args=[[]], kwargs={name: [] for name in PASSED_ON}, is_async=False)
@example(args=[[]], kwargs={name: [] for name in PASSED_ON}, is_async=True)
def test_a_task_gets_exactly_its_own_arguments(
    library: Library, run_in_loop: Run, args: list[Any], kwargs: dict[str, Any], is_async: bool
) -> None:
    """Any arguments arrive as they were passed, not copied, whatever the keywords are called."""
    received: list[Any] = []
    keep = keeper(received, is_async)
    tasks = library.BackgroundTasks()
    tasks.add_task(keep, *args, **kwargs)
    run_in_loop(library.BackgroundTask(keep, *args, **kwargs))
    run_in_loop(tasks)
    assert received == [(tuple(args), kwargs)] * 2
    for args_here, kwargs_here in received:
        arrived = zip([*args_here, *kwargs_here.values()], [*args, *kwargs.values()], strict=True)
        assert all(value is passed for value, passed in arrived)


@pytest.mark.parametrize("name", TAKEN)
def test_two_keywords_cannot_be_passed_through(library: Library, name: str) -> None:
    """`self` and `func` are parameters of __init__ and add_task, positional-only in no library."""
    tasks = library.BackgroundTasks()
    for keep in (library.BackgroundTask, tasks.add_task):
        with pytest.raises(TypeError, match=f"multiple values for argument '{name}'"):
            keep(dict, **{name: 1})
    assert tasks.tasks == []


def test_a_task_tells_what_it_will_call(library: Library) -> None:
    """Its attributes hold what was passed and what it is; add_task puts such a one at the end.

    A list of tasks is a task, and both are async callables.
    """
    tasks = library.BackgroundTasks([library.BackgroundTask(print, 1, sep="-")])
    assert tasks.add_task(print, "second") is None
    assert tasks.add_task(send, to="ada") is None
    assert [type(task) for task in tasks.tasks] == [library.BackgroundTask] * 3
    assert [(task.func, task.args, task.kwargs, task.is_async) for task in tasks.tasks] == [
        (print, (1,), {"sep": "-"}, False),
        (print, ("second",), {}, False),
        (send, (), {"to": "ada"}, True),
    ]
    assert isinstance(tasks, library.BackgroundTask)  # type: ignore[arg-type]
    assert library.is_async_callable(tasks)
    assert library.is_async_callable(tasks.tasks[0])


@pytest.mark.parametrize("function", [send, lambda to: None])
def test_a_call_with_wrong_arguments_fails_when_it_is_made(
    library: Library, run_in_loop: Run, function: Callable[..., Any]
) -> None:
    """Arguments that don't fit the function raise TypeError when the task is awaited."""
    task = library.BackgroundTask(function, "ada", "bob")
    with pytest.raises(TypeError, match="but 2 were given"):
        run_in_loop(task)


def test_tasks_of_any_kind_may_stand_in_the_list(library: Library, run_in_loop: Run) -> None:
    """What is awaited is what each element's own `__call__` gives: subclasses may change it."""
    journal = Journal()

    class Twice(library.BackgroundTask):  # type: ignore[name-defined, misc]
        async def __call__(self) -> None:
            await super().__call__()
            await super().__call__()

    class Loud(library.BackgroundTasks):  # type: ignore[name-defined, misc]
        async def __call__(self) -> None:
            journal.write("loud")
            await super().__call__()

    loud = Loud([library.BackgroundTask(journal.async_step, 1)])
    tasks = library.BackgroundTasks([Twice(journal.async_step, 0), loud])
    tasks.add_task(loud)
    run_in_loop(tasks)
    announced = [("loud", "event loop"), *step_entries(1, True)]
    assert journal.entries == [*step_entries(0, True) * 2, *announced * 2]


@pytest.mark.parametrize("given_tasks", [list, tuple])
def test_a_list_of_tasks_has_a_list_of_its_own(
    library: Library, given_tasks: Callable[[Any], Any]
) -> None:
    """Neither does a later change of the given list reach the tasks, nor the other way round."""
    passed = given_tasks([library.BackgroundTask(print)])
    first, second = library.BackgroundTasks(passed), library.BackgroundTasks(tasks=passed)
    first.add_task(print)
    passed += given_tasks(passed)
    assert [len(each) for each in (passed, first.tasks, second.tasks)] == [2, 2, 1]
    library.BackgroundTasks().add_task(print)
    assert library.BackgroundTasks(tasks=None).tasks == []


def test_a_dropped_list_of_tasks_is_freed_at_once(library: Library) -> None:
    """No reference cycle: what the tasks keep alive goes without the garbage collector."""
    gc.disable()
    try:
        tasks = library.BackgroundTasks()
        tasks.add_task(print)
        kept = weakref.ref(tasks.tasks[0])
        del tasks
        assert kept() is None
    finally:
        gc.enable()


# -- ours alone -----------------------------------------------------------------------------------


async def stream() -> AsyncIterator[int]:
    """Stand for an async generator function, called by mistake."""
    yield 1


class Unnamed:
    def __repr__(self) -> str:
        return "<" + "long " * 100 + ">"


BAD: dict[str, tuple[Callable[[], object], str]] = {
    "a coroutine": (send, r"not <coroutine object send at \w+>: pass f, not f\(\)$"),
    "None": (lambda: None, "not None: pass f, not f"),
    "a name": (lambda: "send", "not 'send': pass f, not f"),
    "a list": (lambda: [send], r"not \[<function sen"),
    "an async generator": (stream, "not <async_gen"),
    "a long repr": (Unnamed, r"not <long long[long ]{65,80}: pass"),
}


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("how", ["BackgroundTask", "add_task"])
def test_what_cannot_be_called_is_refused_where_it_is_passed(
    rebuilt: Library, name: str, how: str
) -> None:
    """TypeError at that line says to pass the function; no "never awaited" warning comes on top."""
    make, message = BAD[name]
    tasks = rebuilt.BackgroundTasks()
    wrong = make()
    keep = rebuilt.BackgroundTask if how == "BackgroundTask" else tasks.add_task
    with pytest.raises(TypeError, match=message) as caught:
        keep(wrong)
    assert str(caught.value).startswith("a background task needs a function, not ")
    assert len(str(caught.value)) < 200
    frames = traceback.extract_tb(caught.tb)
    assert frames[0].line == "keep(wrong)"
    assert tasks.tasks == []
    if inspect.iscoroutine(wrong):
        assert inspect.getcoroutinestate(wrong) == inspect.CORO_CLOSED


def test_what_starlette_makes_of_a_coroutine() -> None:
    """Starlette takes it, and fails in a worker thread: the reason for the check of ours."""
    coroutine = send()
    task = STARLETTE.BackgroundTask(coroutine)
    with pytest.raises(TypeError, match="the first argument must be callable"):
        anyio.run(task)
    coroutine.close()
