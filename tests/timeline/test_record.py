"""The recording: what is in it, in which lane and order, what it refuses, and where it stops."""

import asyncio
import contextvars
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import anyio
import anyio.to_thread
import pytest

import minitasks.background
from minitasks.errors import CannotRun
from minitasks.scenarios.marks import mark, watching
from minitasks.timeline import recorder
from minitasks.timeline.events import Timeline
from minitasks.timeline.record import record
from tests.conftest import Run
from tests.parts import TIMEOUT
from tests.timeline import programs
from tests.timeline.recordings import of, recording_of


def in_a_thread(target: Callable[..., object], *arguments: object, name: str = "thread") -> None:
    thread = threading.Thread(target=target, args=arguments, name=name)
    thread.start()
    thread.join(TIMEOUT)


# -- what is in it --------------------------------------------------------------------------------


def test_a_call_is_told_with_its_lines_variables_and_result() -> None:
    """Each event tells the line, the variables as they are then, and what came out."""
    events = of("add", recording_of(programs.sync_calls))[:4]
    first = programs.add.__code__.co_firstlineno
    assert [event.kind for event in events] == ["call", "line", "line", "return"]
    assert [event.line - first for event in events] == [0, 1, 2, 2]
    assert events[1].variables == (("left", "0"), ("right", "1"))
    assert events[2].variables == (("left", "0"), ("right", "1"), ("total", "1"))
    assert events[3].text == "1"
    assert {event.file for event in events} == {programs.__file__}


def test_a_coroutine_resumed_ten_times_is_one_call() -> None:
    """Ten waits neither make it eleven calls nor hide that the event loop was free meanwhile."""
    events = of("wait_ten_times", recording_of(programs.wait_ten_times))
    kinds = [event.kind for event in events if event.kind != "line"]
    assert kinds == ["call", *["suspend", "resume"] * 10, "return"]
    assert len({event.frame for event in events}) == 1


def test_an_exception_is_told_in_every_frame_that_it_leaves() -> None:
    """A frame that an exception leaves ends by raise; one that handles it ends by return."""
    timeline = recording_of(programs.failing)
    raised = [(event.function, event.text) for event in timeline.events if event.kind == "raise"]
    assert raised == [
        ("fail", "ValueError('late')"),
        ("fail_late", "ValueError('late')"),
        ("translate", "LookupError('translated')"),
    ]
    assert of("failing", timeline)[-1].kind == "return"


def test_a_coroutine_closed_before_its_first_step_never_ran() -> None:
    """Neither closing it nor throwing into it runs a line of it; both end without an event."""
    timeline = recording_of(programs.closed_unbegun)
    assert {event.function for event in timeline.events} == {"closed_unbegun", "count_to"}
    assert [event.kind for event in of("count_to", timeline)].count("call") == 1
    assert not any(event.kind == "raise" for event in timeline.events)


def test_a_call_that_ends_unseen_lends_its_number_to_none() -> None:
    """From 3.13 on a generator may be closed without an event, and its frame be used again."""
    calls = of("count_to", recording_of(programs.unfinished))
    assert len({event.frame for event in calls if event.kind == "call"}) == 5


def test_files_are_found_by_whichever_path_leads_to_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A relative path or a link works, and the events name the file as the caller wrote it.

    The text of each is kept, also of one in which nothing ran: a picture may show it.
    """
    Path(tmp_path / "link.py").symlink_to(programs.__file__)
    monkeypatch.chdir(tmp_path)
    files: list[str | Path] = [Path("link.py"), minitasks.background.__file__]
    timeline = recording_of(programs.sync_calls, files=files)
    assert {event.file for event in timeline.events} == {"link.py"}
    assert set(timeline.sources) == {"link.py", minitasks.background.__file__}
    assert timeline.sources["link.py"] == Path(programs.__file__).read_text(encoding="utf-8")
    assert "class BackgroundTasks" in timeline.sources[minitasks.background.__file__]


def test_without_files_the_callers_own_file_is_recorded() -> None:
    """The caller's own lines count, too; code of other files does not."""
    with record() as recording:
        local_function()
        programs.sync_calls()
    functions = {event.function for event in recording.timeline.events}
    assert {"local_function", sys._getframe().f_code.co_name} <= functions
    assert {event.file for event in recording.timeline.events} == {__file__}


def local_function() -> None:
    # Its __init__ belongs to this module, too, but is written in no file.
    Local(1)


@dataclass
class Local:
    number: int


@pytest.mark.parametrize("anyio_backend", ["asyncio", "uvloop", "trio"], scope="module")
def test_recording_works_in_a_running_loop(run_in_loop: Run) -> None:
    """As in a notebook, where it runs before the recording begins; and a worker tells its task."""

    async def main() -> Timeline:
        with record([programs.__file__]) as recording:
            await programs.offload_and_call_back()
        return recording.timeline

    timeline = run_in_loop(main)

    assert [lane.kind for lane in timeline.lanes] == ["event loop", "worker thread"]
    (task,) = {event.task for event in of("offload_and_call_back", timeline)}
    assert {event.task for event in of("call_back", timeline)} == {task}
    assert {event.lane for event in of("call_back", timeline)} == {1}
    assert {event.lane for event in of("save", timeline)} == {0}


# -- lanes, tasks and order -----------------------------------------------------------------------


def test_lanes_are_true(anyio_backend: str) -> None:
    """Three threads pass a baton in a set order; the recording tells the same order and threads."""
    threads: dict[str, int] = {}

    def note_thread(text: str) -> None:
        threads[text] = threading.get_ident()

    with watching(note_thread):
        timeline = recording_of(programs.three_workers, anyio_backend)

    turns = [event for event in timeline.events if event.kind == "mark"]
    order = "red: 0, green: 1, blue: 2, green: 3, red: 4, blue: 5"
    assert [event.text for event in turns] == order.split(", ")
    lanes = {event.lane: threads[event.text] for event in turns}
    assert all(lanes[event.lane] == threads[event.text] for event in turns)
    assert len(set(lanes.values())) == len(lanes) == 3
    assert {timeline.lanes[number].kind for number in lanes} == {"worker thread"}


def test_between_the_clock_and_the_event_no_other_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread that has read the clock is the next to note an event: another waits for it."""
    read_clock = time.perf_counter_ns
    other = threading.Thread(target=programs.add, args=(1, 2))

    def slow_clock() -> int:
        now = read_clock()
        if other.ident is None:
            other.start()
            other.join(0.1)  # in vain, unless it can note its events meanwhile
        return now

    with record([programs.__file__]) as recording:
        monkeypatch.setattr(recorder, "perf_counter_ns", slow_clock)
        programs.add(3, 4)
        other.join(TIMEOUT)

    times = [event.time for event in recording.timeline.events]
    assert times == sorted(times)
    assert len(times) == 8


async def offload_thrice() -> None:
    await programs.save("book")
    await asyncio.gather(*(asyncio.to_thread(programs.add, n, 1) for n in range(3)))


@pytest.mark.parametrize(
    ("program", "backend", "in_parent", "in_child"),
    [
        (programs.three_workers, "asyncio", "three_workers", "take_turns"),
        (programs.three_workers, "trio", "three_workers", "take_turns"),
        (offload_thrice, "asyncio", "save", "add"),  # asyncio's own hop is a hand-over, too
    ],
)
def test_a_task_without_recorded_code_is_told_from_its_parent(
    program: programs.Program, backend: str, in_parent: str, in_child: str
) -> None:
    """A child task that only hands work over is the one its worker names: not the parent."""
    timeline = recording_of(program, backend)
    (parent,) = {event.task for event in of(in_parent, timeline)}
    children = {event.task for event in of(in_child, timeline)}
    assert len(children) == 3
    assert parent not in children


def test_tasks_that_follow_each_other_have_numbers_of_their_own() -> None:
    """Also where a task gets the place in memory of one that is gone."""

    async def main() -> None:
        for _ in range(20):
            await asyncio.create_task(programs.save("book"))

    assert len({event.task for event in of("save", recording_of(main))}) == 20


def test_each_recording_numbers_for_itself() -> None:
    """What an earlier recording left in a context means nothing to the next."""

    def record_twice() -> Timeline:
        with record([programs.__file__]):
            in_a_thread(programs.add, 1, 2)
            programs.add(1, 2)
        return recording_of(programs.sync_calls)

    timeline = contextvars.Context().run(record_twice)
    assert {event.task for event in timeline.events} == {1}
    assert timeline.events[0].frame == 1
    assert {event.lane for event in timeline.events} == {0}


def test_a_lane_is_a_thread_and_not_its_ident() -> None:
    """Threads that follow each other may get the same ident; each has a lane and keeps its name."""
    names = ["bookkeeper", "client 1", "client 2"]
    with record([programs.__file__]) as recording:
        programs.add(1, 2)
        for name in names:
            in_a_thread(programs.add, 1, 2, name=name)
    assert [(lane.number, lane.kind, lane.name) for lane in recording.timeline.lanes] == [
        (0, "thread", threading.current_thread().name),
        (1, "thread", "bookkeeper"),
        (2, "client", "client 1"),
        (3, "client", "client 2"),
    ]
    assert len({event.task for event in recording.timeline.events}) == 4


def test_threads_of_every_pool_are_workers() -> None:
    """asyncio.to_thread's threads and an executor's are worker threads, as anyio's are."""

    async def main() -> None:
        await asyncio.to_thread(programs.add, 1, 2)
        await anyio.to_thread.run_sync(programs.add, 1, 2)

    assert [(lane.kind, lane.name) for lane in recording_of(main).lanes] == [
        ("worker thread", "worker thread 1"),
        ("worker thread", "worker thread 2"),
    ]


# -- marks ----------------------------------------------------------------------------------------


def test_a_mark_tells_where_it_was_left() -> None:
    """In a recorded file it has a place and a call; elsewhere neither, but a lane all the same."""
    with record([programs.__file__]) as recording:
        programs.take_turns(programs.Baton(1), "red", [0])
        mark("elsewhere")
    inside, outside = (event for event in recording.timeline.events if event.kind == "mark")
    assert (inside.text, inside.function) == ("red: 0", "take_turns")
    assert inside.file == programs.__file__
    assert inside.frame == of("take_turns", recording.timeline)[0].frame
    assert (outside.text, outside.function, outside.file) == ("elsewhere", "", "")
    assert (outside.lane, outside.line, outside.frame) == (inside.lane, 0, 0)


# -- the limit ------------------------------------------------------------------------------------


def test_the_recording_stops_at_the_limit_with_a_mark() -> None:
    """The first events are kept, the rest is counted, and the last event says so."""
    whole = recording_of(programs.failing)
    part = recording_of(programs.failing, limit=10)
    assert len(part.events) == 11
    assert [(each.kind, each.line) for each in part.events[:10]] == [
        (each.kind, each.line) for each in whole.events[:10]
    ]
    assert part.dropped == len(whole.events) - 10
    assert part.events[-1].kind == "mark"
    assert f"{part.dropped} more" in part.events[-1].text
    assert whole.dropped == 0


# -- what it refuses ------------------------------------------------------------------------------


def test_a_recording_within_a_recording_is_refused() -> None:
    """The message says what to do; the outer recording goes on."""
    with record([programs.__file__]) as outer:
        with pytest.raises(CannotRun, match="end it"), record([programs.__file__]):
            pass
        programs.sync_calls()
    assert of("add", outer.timeline)
    assert recording_of(programs.sync_calls).events


def test_what_can_not_be_recorded_is_refused_before_it_runs(tmp_path: Path) -> None:
    """A file that is not there; nothing: a recording without an event could not tell of its end."""
    with pytest.raises(CannotRun, match=r"missing\.py: No such file"):
        record([tmp_path / "missing.py"])
    with pytest.raises(ValueError, match="at least 1"):
        record([programs.__file__], limit=0)
    assert len(recording_of(programs.failing, limit=1).events) == 2


def test_a_recording_is_made_once_and_has_its_timeline_when_it_is_over() -> None:
    """Half a recording is no timeline, and a second block would add to one that is frozen."""
    recording = record([programs.__file__])
    with recording, pytest.raises(RuntimeError, match="over"):
        _ = recording.timeline
    with pytest.raises(RuntimeError, match="once"), recording:
        pass


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="newer ones record beside a tracer")
def test_on_3_11_a_tracer_at_work_is_refused() -> None:
    """sys.settrace has one place: whoever has it would lose its events, or we ours."""
    sys.settrace(lambda frame, event, arg: None)
    try:
        with pytest.raises(CannotRun, match=r"3\.12"), record([programs.__file__]):
            pass
    finally:
        sys.settrace(None)
    assert recording_of(programs.sync_calls).events


# -- what it leaves as it was ---------------------------------------------------------------------


def test_an_exception_in_the_block_ends_the_recording() -> None:
    """The exception goes on, and the timeline has what happened before it."""
    with pytest.raises(ValueError, match="no"), record([programs.__file__]) as recording:
        programs.fail("no")
    assert recording.timeline.events[-1].kind == "raise"
    assert sys.gettrace() is None or sys.version_info >= (3, 12)


def test_what_happens_after_the_block_is_not_recorded() -> None:
    """Nor what other threads still do."""
    baton = programs.Baton(3)
    thread = threading.Thread(target=programs.take_turns, args=(baton, "red", [0, 2]))
    with record([programs.__file__]) as recording:
        thread.start()
        assert baton.turns[1].wait(TIMEOUT)
    events = recording.timeline.events
    baton.pass_on(1)
    thread.join(TIMEOUT)
    programs.add(3, 4)
    assert recording.timeline.events == events
    assert [event.text for event in events if event.kind == "mark"] == ["red: 0"]


def test_worker_threads_that_were_there_before_are_recorded() -> None:
    """As in a notebook, whose event loop keeps idle ones from one cell to the next."""

    async def notebook() -> None:
        for _ in range(2):
            with record([programs.__file__]) as recording:
                assert await programs.offload() == 3
            assert of("add", recording.timeline)

    anyio.run(notebook)


def test_what_nobody_wrote_is_not_recorded() -> None:
    """Under `python -c` a dataclass's generated methods are not taken for the program's own."""
    program = """
import dataclasses
from minitasks.timeline.record import record

@dataclasses.dataclass
class Order:
    item: str

def order():
    return Order("book")

with record() as recording:
    order()
print([e.function for e in recording.timeline.events if e.kind == "call"])
"""
    assert subprocess.check_output([sys.executable, "-c", program]) == b"['order']\n"
