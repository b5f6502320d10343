"""Comparing two runs: what counts as the same, what does not, and how it is told."""

import pytest

from minitasks import BackgroundTasks
from minitasks.timeline.compare import compare
from minitasks.timeline.events import Event, Lane, Timeline
from minitasks.timeline.record import record
from tests.timeline import programs

LOOP = Lane(0, "event loop", "event loop")
WORKER = Lane(1, "worker thread", "worker thread 1")
OTHER_WORKER = Lane(2, "worker thread", "worker thread 2")
LANES = (LOOP, WORKER, OTHER_WORKER)


class Run:
    """Writes a run by hand, step after step."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def call(self, name: str, lane: int = 0, task: int = 1, raised: str = "") -> "Run":
        frame = time = len(self.events) + 1
        place = (lane, task, frame, "own.py", name, 1)
        self.events.append(Event("call", time, *place))
        ending = Event("raise" if raised else "return", time + 1, *place, text=raised or "None")
        self.events.append(ending)
        return self

    def mark(self, text: str, lane: int = 0, task: int = 1) -> "Run":
        self.events.append(Event("mark", len(self.events) + 1, lane, task, 0, "", "", 0, (), text))
        return self

    def timeline(self, *files: str) -> Timeline:
        return Timeline(tuple(self.events), LANES, dict.fromkeys((*files, "own.py"), ""))


def told(first: Run, second: Run) -> list[str]:
    return compare(first.timeline(), second.timeline()).lines("minitasks", "mine")


def test_the_same_steps_are_the_same() -> None:
    """However long they took, and whatever numbers tasks and calls have."""
    first = Run().call("save").mark("sent").call("send", lane=1)
    second = Run().call("save", task=7).mark("sent", task=7).call("send", lane=1, task=7)

    assert told(first, second) == [
        "The same 3 steps, in the same lanes: event loop, worker thread."
    ]


def test_another_order_within_a_task_is_a_difference() -> None:
    """A task's steps follow each other: here one library sends before it saves."""
    first = Run().call("register").call("save").call("send")
    second = Run().call("register").call("send").call("save")

    assert told(first, second) == [
        "1 step is the same. They part here:",
        "After register, event loop, returned:",
        "  minitasks  save, event loop, returned",
        "  mine       send, event loop, returned",
    ]


def test_another_order_between_tasks_is_none() -> None:
    """Which of two tasks is first is chance."""
    first = Run().call("left", task=1).call("right", task=2)
    second = Run().call("right", task=1).call("left", task=2)

    assert compare(first.timeline(), second.timeline()).partings == ()


def test_a_call_in_another_kind_of_lane_is_a_difference() -> None:
    """A sync task that runs on the event loop is what it must not be."""
    first = Run().call("save", lane=1)
    second = Run().call("save", lane=0)

    assert told(first, second) == [
        "0 steps are the same. They part here:",
        "At the start of a task:",
        "  minitasks  save, worker thread, returned",
        "  mine       save, event loop, returned",
    ]


def test_any_worker_thread_will_do() -> None:
    """Which of them is idle is chance."""
    first = Run().call("save", lane=1).call("send", lane=2)
    second = Run().call("save", lane=2).call("send", lane=2)

    assert compare(first.timeline(), second.timeline()).partings == ()


def test_another_ending_is_a_difference_other_words_are_none() -> None:
    """To raise is not to return; but an exception's words may hold an address."""
    raised = Run().call("save", raised="OSError('at 0x1')")
    same = Run().call("save", raised="OSError('at 0x2')")
    other = Run().call("save", raised="ValueError()")
    returned = Run().call("save")

    assert compare(raised.timeline(), same.timeline()).partings == ()
    assert told(raised, other)[-2:] == [
        "  minitasks  save, event loop, raised OSError",
        "  mine       save, event loop, raised ValueError",
    ]
    assert compare(raised.timeline(), returned.timeline()).partings


def test_a_heartbeat_counts_once_a_call_each_time() -> None:
    """How often a mark repeats depends on time, how often a function is called on the program."""
    slow = Run().mark("heartbeat").mark("heartbeat").mark("heartbeat").call("save")
    quick = Run().mark("heartbeat").call("save")
    twice = Run().mark("heartbeat").call("save").call("save")

    assert compare(slow.timeline(), quick.timeline()).partings == ()
    assert told(quick, twice)[1:] == [
        "After save, event loop, returned:",
        "  minitasks  nothing",
        "  mine       save, event loop, returned",
    ]


def test_a_missing_mark_is_a_difference() -> None:
    """As where the response is sent later than it should be."""
    first = Run().mark("response sent").call("save")
    second = Run().call("save").mark("response sent")

    assert told(first, second)[2:] == [
        "  minitasks  mark 'response sent', event loop",
        "  mine       save, event loop, returned",
    ]


def test_a_task_that_only_one_run_has_is_a_difference() -> None:
    """Also if everything else is the same; and as many of them as there are."""
    first = Run().call("main").call("save", task=2)
    second = Run().call("main").call("save", task=2).call("save", task=3)

    assert told(first, second) == [
        "2 steps are the same. They part here:",
        "In a task that only one of them has:",
        "  minitasks  nothing",
        "  mine       save, event loop, returned",
    ]


def test_many_differences_are_a_few_lines() -> None:
    """Three places are told, the rest is counted."""
    second = Run()
    for task in range(10):
        second.call("save", task=task)

    lines = told(Run(), second)

    assert len(lines) == 1 + 3 * 3 + 1
    assert lines[-1] == "And in 7 more places."


def test_library_code_does_not_count() -> None:
    """minitasks and Starlette have other files; only those that both recorded are compared."""
    first = Run().call("save").timeline("background.py")
    events = (*first.events, *Run().call("helper").events)
    helper = [Event(each.kind, 9, 0, 1, 99, "background.py", "helper", 1) for each in events[2:]]
    with_helper = Timeline((*first.events, *helper), LANES, first.sources)
    starlette = Run().call("save").timeline("starlette.py")

    assert compare(with_helper, starlette).partings == ()
    assert compare(with_helper, first).partings
    assert compare(with_helper, first, files=["own.py"]).partings == ()


def test_real_runs_of_one_program_are_the_same(anyio_backend: str) -> None:
    """Run after run, though threads and tasks come in another order each time."""

    def run(program: programs.Program) -> Timeline:
        with record([programs.__file__]) as recording:
            program(anyio_backend)
        return recording.timeline

    for program in (programs.background_tasks, programs.cancelled, programs.concurrent):
        first = run(program)
        assert [compare(first, run(program)).partings for _ in range(5)] == [()] * 5
        assert compare(first, first).alike > 3


def test_a_library_that_stays_on_the_loop_is_found_out(
    anyio_backend: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A `BackgroundTasks` that calls sync tasks where it stands steps in the wrong lane."""

    async def call_here(self: BackgroundTasks) -> None:
        for task in self.tasks:
            result = task.func(*task.args, **task.kwargs)
            if task.is_async:
                await result

    with record([programs.__file__]) as right:
        programs.background_tasks(anyio_backend)
    monkeypatch.setattr(BackgroundTasks, "__call__", call_here)
    with record([programs.__file__]) as wrong:
        programs.background_tasks(anyio_backend)

    (parting,) = compare(right.timeline, wrong.timeline).partings
    assert str(parting.after) == "save, event loop, returned"
    assert str(parting.first) == "add, worker thread, returned"
    assert str(parting.second) == "add, event loop, returned"
