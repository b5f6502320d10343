"""The laws of BackgroundTask and BackgroundTasks, on asyncio and trio.

Laws that Starlette shares come first (fixture `library`), then what is ours alone (`rebuilt`).
"""

import functools
import gc
import importlib.util
import traceback
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import anyio
import anyio.from_thread
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from minitasks.scenarios.library import Library
from tests.implementations import STARLETTE
from tests.journal import Entry, Journal, step_entries
from tests.parts import need_part

few = settings(max_examples=20)

kinds_of_tasks = st.lists(st.booleans(), max_size=6)
values = st.none() | st.integers() | st.text(max_size=5) | st.lists(st.integers(), max_size=2)

# Every parameter name on the way from add_task to the call, ours and anyio's.
NAMES_ON_THE_WAY = (
    "self",
    "func",
    "args",
    "kwargs",
    "tasks",
    "limiter",
    "abandon_on_cancel",
    "cancellable",
)
TAKEN = ("self", "func")
keyword_names = st.sampled_from(NAMES_ON_THE_WAY) | st.text(max_size=5)
keywords = st.dictionaries(keyword_names.filter(lambda name: name not in TAKEN), values, max_size=4)


async def send(to: str = "ada") -> None:
    """Stand for an async function of the learner's."""


def expect(kinds: list[bool]) -> list[Entry]:
    """Tell what a run of steps leaves in the journal: one after another, each where it belongs."""
    return [entry for name, is_async in enumerate(kinds) for entry in step_entries(name, is_async)]


def queue_steps(library: Library, journal: Journal, kinds: list[bool]) -> Any:
    """Queue one step for each kind, numbered from 0."""
    tasks = library.BackgroundTasks()
    for name, is_async in enumerate(kinds):
        tasks.add_task(journal.step(name, is_async))
    return tasks


# -- order, and the thread ------------------------------------------------------------------------


@few
@given(kinds=kinds_of_tasks)
def test_any_mix_runs_in_the_order_added_each_exactly_once_and_where_it_belongs(
    library: Library, anyio_backend: str, kinds: list[bool]
) -> None:
    """Tasks run one after another: async ones on the loop's thread, sync ones off it."""
    journal = Journal()
    tasks = queue_steps(library, journal, kinds)

    anyio.run(tasks, backend=anyio_backend)

    assert journal.entries == expect(kinds)


@few
@given(kinds=kinds_of_tasks)
def test_order_and_threads_are_the_same_on_uvloop(library: Library, kinds: list[bool]) -> None:
    """The event loop that many servers run on changes nothing."""
    need_part(importlib.util.find_spec("uvloop"), "uvloop is missing: pip install uvloop")
    journal = Journal()
    tasks = queue_steps(library, journal, kinds)

    anyio.run(tasks, backend="asyncio", backend_options={"use_uvloop": True})

    assert journal.entries == expect(kinds)


@pytest.mark.parametrize("is_async", [True, False])
def test_a_single_task_runs_when_awaited_and_not_before(
    library: Library, anyio_backend: str, is_async: bool
) -> None:
    """Making a task calls nothing; awaiting it does."""
    journal = Journal()
    task = library.BackgroundTask(journal.step("only", is_async))
    assert journal.entries == []

    anyio.run(task, backend=anyio_backend)

    assert journal.entries == step_entries("only", is_async)


@few
@given(kinds=kinds_of_tasks)
def test_tasks_can_be_awaited_again(
    library: Library, anyio_backend: str, kinds: list[bool]
) -> None:
    """A second run calls every function again, in the same order."""
    journal = Journal()
    tasks = queue_steps(library, journal, kinds)

    anyio.run(tasks, backend=anyio_backend)
    anyio.run(tasks, backend=anyio_backend)

    assert journal.entries == expect(kinds) * 2


def test_the_result_of_a_task_is_dropped(library: Library, anyio_backend: str) -> None:
    """Awaiting a task or a list of them gives None, whatever the functions return."""
    journal = Journal()
    for is_async in (True, False):
        task = library.BackgroundTask(journal.step("one", is_async))
        assert anyio.run(task, backend=anyio_backend) is None
        tasks = library.BackgroundTasks([task])
        assert anyio.run(tasks, backend=anyio_backend) is None


# -- arguments ------------------------------------------------------------------------------------


@few
@given(args=st.lists(values, max_size=3), kwargs=keywords, is_async=st.booleans())
@example(args=[], kwargs=dict.fromkeys(NAMES_ON_THE_WAY[2:], 1), is_async=False)
@example(args=[], kwargs=dict.fromkeys(NAMES_ON_THE_WAY[2:], 1), is_async=True)
def test_a_task_gets_exactly_its_own_arguments(
    library: Library,
    anyio_backend: str,
    args: list[Any],
    kwargs: dict[str, Any],
    is_async: bool,
) -> None:
    """Any arguments arrive as they were passed, whatever the keywords are called."""
    received: list[Any] = []

    def keep(*args: Any, **kwargs: Any) -> None:
        received.append((args, kwargs))

    async def keep_async(*args: Any, **kwargs: Any) -> None:
        received.append((args, kwargs))

    function = keep_async if is_async else keep
    task = library.BackgroundTask(function, *args, **kwargs)
    tasks = library.BackgroundTasks()
    tasks.add_task(function, *args, **kwargs)

    anyio.run(task, backend=anyio_backend)
    anyio.run(tasks, backend=anyio_backend)

    assert received == [(tuple(args), kwargs)] * 2


@pytest.mark.parametrize("name", TAKEN)
def test_two_keywords_cannot_be_passed_through(library: Library, name: str) -> None:
    """`self` and `func` are parameters of __init__ and add_task themselves.

    Python binds the method's first parameters by position, so a keyword of the same name is a
    second value for it. Neither name is positional-only in Starlette, and so neither is here.
    """
    tasks = library.BackgroundTasks()

    with pytest.raises(TypeError, match=f"multiple values for argument '{name}'"):
        library.BackgroundTask(dict, **{name: 1})
    with pytest.raises(TypeError, match=f"multiple values for argument '{name}'"):
        tasks.add_task(dict, **{name: 1})

    assert tasks.tasks == []


@pytest.mark.parametrize("is_async", [True, False])
def test_a_partial_carries_the_two_names_that_cannot_be_passed(
    library: Library, anyio_backend: str, is_async: bool
) -> None:
    """What `add_task(f, self=1, func=2)` can't do, `add_task(partial(f, self=1, func=2))` does."""
    received: list[dict[str, Any]] = []

    def keep(**kwargs: Any) -> None:
        received.append(kwargs)

    async def keep_async(**kwargs: Any) -> None:
        received.append(kwargs)

    bound = functools.partial(keep_async if is_async else keep, **{"self": 1, "func": 2})
    anyio.run(library.BackgroundTask(bound, tasks=3), backend=anyio_backend)

    assert received == [{"self": 1, "func": 2, "tasks": 3}]


def test_the_argument_objects_themselves_arrive(library: Library, anyio_backend: str) -> None:
    """Arguments are passed on, not copied."""
    positional, named = [1], {"two": 2}
    received: list[Any] = []

    def keep(first: Any, *, second: Any) -> None:
        received.extend((first, second))

    anyio.run(library.BackgroundTask(keep, positional, second=named), backend=anyio_backend)

    assert received[0] is positional
    assert received[1] is named


def test_a_task_tells_what_it_will_call(library: Library) -> None:
    """The attributes func, args, kwargs and is_async hold what was passed and what it is."""

    def told(task: Any) -> tuple[Any, ...]:
        return task.func, task.args, task.kwargs, task.is_async

    assert told(library.BackgroundTask(print, 1, sep="-")) == (print, (1,), {"sep": "-"}, False)
    assert told(library.BackgroundTask(send, to="ada")) == (send, (), {"to": "ada"}, True)


def test_add_task_keeps_a_background_task(library: Library) -> None:
    """Each added call becomes a BackgroundTask at the end of `tasks`; add_task returns None."""
    tasks = library.BackgroundTasks()

    assert tasks.add_task(print, "first") is None
    assert tasks.add_task(print, "second", sep="-") is None

    assert [type(task) for task in tasks.tasks] == [library.BackgroundTask] * 2
    assert [task.args for task in tasks.tasks] == [("first",), ("second",)]
    assert [task.kwargs for task in tasks.tasks] == [{}, {"sep": "-"}]


# -- failures -------------------------------------------------------------------------------------


class Failure(Exception):
    """What the failing task of a law raises."""


@few
@given(kinds=st.lists(st.booleans(), min_size=1, max_size=6), data=st.data())
def test_the_first_failure_stops_the_rest_and_reaches_the_caller(
    library: Library, anyio_backend: str, kinds: list[bool], data: st.DataObject
) -> None:
    """Wherever the failing task stands, those before it ran, and none behind it does."""
    position = data.draw(st.integers(0, len(kinds) - 1))
    journal = Journal()
    failure = Failure()

    def fail() -> None:
        raise failure

    async def fail_async() -> None:
        raise failure

    tasks = queue_steps(library, journal, kinds)
    tasks.tasks[position] = library.BackgroundTask(fail_async if kinds[position] else fail)

    with pytest.raises(Failure) as caught:
        anyio.run(tasks, backend=anyio_backend)

    assert caught.value is failure
    assert journal.entries == expect(kinds[:position])


@pytest.mark.parametrize("is_async", [True, False])
def test_a_call_with_wrong_arguments_fails_when_it_is_made(
    library: Library, anyio_backend: str, is_async: bool
) -> None:
    """Arguments that don't fit the function raise TypeError when the task is awaited."""

    def send_now(to: str) -> None: ...

    task = library.BackgroundTask(send if is_async else send_now, "ada", "bob")

    with pytest.raises(TypeError, match="but 2 were given"):
        anyio.run(task, backend=anyio_backend)


# -- lists of tasks -------------------------------------------------------------------------------

# A leaf is the kind of one step; a list stands for a nested BackgroundTasks.
Nested = Any
nested_tasks = st.recursive(st.booleans(), lambda inner: st.lists(inner, max_size=3), max_leaves=6)


def nest(library: Library, journal: Journal, tree: Nested, numbers: Iterator[int]) -> Any:
    """Build what stands for `tree`: a step's function, or a list of tasks."""
    if isinstance(tree, bool):
        return journal.step(next(numbers), tree)
    tasks = library.BackgroundTasks()
    for branch in tree:
        tasks.add_task(nest(library, journal, branch, numbers))
    return tasks


def flatten(tree: Nested) -> list[bool]:
    """List the leaves of `tree` in order."""
    if isinstance(tree, bool):
        return [tree]
    return [leaf for branch in tree for leaf in flatten(branch)]


@few
@given(tree=nested_tasks)
@example(tree=[[True], [[False, []], True], False])
def test_nested_lists_of_tasks_flatten_in_order(
    library: Library, anyio_backend: str, tree: Nested
) -> None:
    """A list of tasks is itself a task, to any depth."""
    journal = Journal()
    task = library.BackgroundTask(nest(library, journal, tree, iter(range(100))))

    anyio.run(task, backend=anyio_backend)

    assert journal.entries == expect(flatten(tree))


def test_tasks_of_any_kind_may_stand_in_the_list(library: Library, anyio_backend: str) -> None:
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
    anyio.run(tasks, backend=anyio_backend)

    zero, one = step_entries(0, True), step_entries(1, True)
    announced = [("loud", "event loop"), *one]
    assert journal.entries == [*zero, *zero, *announced, *announced]


@pytest.mark.parametrize("is_async", [True, False])
def test_a_task_added_by_a_running_task_runs_in_the_same_run(
    library: Library, anyio_backend: str, is_async: bool
) -> None:
    """The list may grow while it runs, from the loop and from a worker thread."""
    journal = Journal()
    tasks = library.BackgroundTasks()

    def add_next(number: int) -> None:
        journal.write(number)
        if number < 3:
            tasks.add_task(add_next_async if is_async else add_next, number + 1)

    async def add_next_async(number: int) -> None:
        add_next(number)

    tasks.add_task(add_next_async if is_async else add_next, 0)
    tasks.add_task(journal.write, "second")
    anyio.run(tasks, backend=anyio_backend)

    assert [event for event, _ in journal.entries] == [0, "second", 1, 2, 3]


@pytest.mark.parametrize("given_tasks", [list, tuple])
@few
@given(kinds=kinds_of_tasks)
def test_the_tasks_passed_in_are_copied(
    library: Library,
    anyio_backend: str,
    given_tasks: Callable[[Any], Any],
    kinds: list[bool],
) -> None:
    """Neither does a later change of the given list reach the tasks, nor the other way round."""
    journal = Journal()
    given = [
        library.BackgroundTask(journal.step(name, is_async)) for name, is_async in enumerate(kinds)
    ]
    tasks = library.BackgroundTasks(given_tasks(given))
    given.append(library.BackgroundTask(journal.write, "too late"))
    tasks.add_task(journal.step(len(kinds), True))
    assert len(given) == len(kinds) + 1

    anyio.run(tasks, backend=anyio_backend)

    assert journal.entries == expect([*kinds, True])


def test_an_empty_list_is_copied_too(library: Library) -> None:
    """Tasks started from someone's empty list do not add to that list."""
    given: list[Any] = []
    tasks = library.BackgroundTasks(given)
    tasks.add_task(print)
    assert given == []


def test_two_lists_of_tasks_share_nothing(library: Library) -> None:
    """Every BackgroundTasks made without tasks has a list of its own, an empty one."""
    first, second = library.BackgroundTasks(), library.BackgroundTasks(tasks=None)
    first.add_task(print)
    assert len(first.tasks) == 1
    assert second.tasks == []


def test_a_list_of_tasks_is_a_task(library: Library) -> None:
    """BackgroundTasks is a BackgroundTask, and both are async callables."""
    tasks = library.BackgroundTasks()
    assert isinstance(tasks, library.BackgroundTask)  # type: ignore[arg-type]
    assert library.is_async_callable(tasks)
    assert library.is_async_callable(library.BackgroundTask(print))


# -- cancelling -----------------------------------------------------------------------------------


def test_cancelling_stops_an_async_task_at_its_next_await(
    library: Library, anyio_backend: str
) -> None:
    """A cancelled async task goes on to its next await and no further; the rest never begins."""
    journal = Journal()

    async def run() -> None:
        with anyio.CancelScope() as scope:

            async def cancelled() -> None:
                scope.cancel()
                journal.write("still running")
                await anyio.lowlevel.checkpoint()
                journal.write("past the await")

            tasks = library.BackgroundTasks()
            tasks.add_task(cancelled)
            tasks.add_task(journal.async_step, "rest")
            await tasks()
        assert scope.cancelled_caught

    anyio.run(run, backend=anyio_backend)

    assert journal.entries == [("still running", "event loop")]


def test_cancelling_waits_for_the_thread_of_a_sync_task(
    library: Library, anyio_backend: str
) -> None:
    """A thread can't be stopped: the run ends after the sync task, and the rest never begins."""
    journal = Journal()

    async def run() -> None:
        with anyio.CancelScope() as scope:

            def cancelled() -> None:
                anyio.from_thread.run_sync(scope.cancel)
                # Turns enough for the loop to leave the scope, were it not to wait for the thread.
                for _ in range(10):
                    anyio.from_thread.run_sync(int)
                journal.write("thread done")

            tasks = library.BackgroundTasks()
            tasks.add_task(cancelled)
            tasks.add_task(journal.async_step, "rest")
            await tasks()
        journal.write("scope left")

    anyio.run(run, backend=anyio_backend)

    events = [event for event, _ in journal.entries]
    assert events[0] == "thread done"
    assert events[-1] == "scope left"
    assert ("end", "rest") not in events


# -- ours alone -----------------------------------------------------------------------------------


async def stream() -> AsyncIterator[int]:
    """Stand for an async generator function, called by mistake."""
    yield 1


class Unnamed:
    """Stand for an object that is no function, with a repr too long for a message."""

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
    """TypeError at that line names what was passed and says to pass the function itself."""
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


def test_a_refused_coroutine_gives_no_second_warning(rebuilt: Library) -> None:
    """The error is all there is: no "never awaited" warning on top of it."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with pytest.raises(TypeError):
            rebuilt.BackgroundTask(send())
        gc.collect()

    assert caught == []


def test_what_starlette_makes_of_a_coroutine() -> None:
    """Starlette takes it, and fails in a worker thread: the reason for the check of ours."""
    coroutine = send()
    task = STARLETTE.BackgroundTask(coroutine)

    with pytest.raises(TypeError, match="the first argument must be callable"):
        anyio.run(task)

    coroutine.close()


def test_a_dropped_list_of_tasks_is_freed_at_once(library: Library) -> None:
    """No reference cycle: what the tasks keep alive goes without the garbage collector."""
    freed: list[str] = []

    class Upload:
        def __del__(self) -> None:
            freed.append("upload")

    gc.disable()
    try:
        tasks = library.BackgroundTasks()
        tasks.add_task(print, Upload())
        del tasks
        assert freed == ["upload"]
    finally:
        gc.enable()
