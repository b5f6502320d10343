"""Both engines, on the same programs: the same events. On Python 3.12 and newer, which has both."""

import re
import sys
import threading
from collections import defaultdict
from dataclasses import replace
from types import FrameType

import pytest

import minitasks.background
from minitasks.errors import CannotRun
from minitasks.timeline.events import Event, Timeline
from minitasks.timeline.files import ListedFiles
from minitasks.timeline.record import record
from tests.timeline import programs
from tests.timeline.recordings import recording_of

if sys.version_info < (3, 12):
    pytest.skip("Python 3.11 has one engine", allow_module_level=True)

from minitasks.timeline import monitoring, settrace
from tests.parts import TIMEOUT


@pytest.fixture(autouse=True)
def untraced() -> None:
    """Skip where a tracer already has sys.settrace's one place, as coverage has."""
    if sys.gettrace() is not None:
        pytest.skip("another tracer is at work")


def place_by_place(timeline: Timeline) -> dict[tuple[str, int], list[Event]]:
    """Give all that the events tell, but for times and addresses: by kind of thread, and by task.

    Each numbers its calls: when a worker begins, the event loop's thread may or may not have left
    all the calls that suspend. And a task's next worker may be the last one's thread, or another.
    """
    kinds = {lane.number: lane.kind for lane in timeline.lanes}
    places = defaultdict(list)
    for event in timeline.events:
        kind = kinds[event.lane]
        places[kind, event.task if kind == "worker thread" else 0].append(event)
    return {place: facts(events) for place, events in places.items()}


def facts(events: list[Event]) -> list[Event]:
    frames: dict[int, int] = {}
    return [
        replace(
            event,
            time=0,
            lane=0,
            frame=frames.setdefault(event.frame, len(frames)),
            text=re.sub("0x[0-9a-f]+", "0x...", event.text),
        )
        for event in events
    ]


ON_ASYNCIO = (*programs.PROGRAMS, programs.closed_unbegun)


@pytest.mark.parametrize(
    ("program", "backend"),
    [*((each, "asyncio") for each in ON_ASYNCIO), *((each, "trio") for each in programs.ASYNC)],
)
def test_both_engines_see_the_same(program: programs.Program, backend: str) -> None:
    """Of sync and async code, whatever its shape, of failures and of workers: event for event."""
    files = (programs.__file__, minitasks.background.__file__)
    one, other = (
        recording_of(program, backend, files, engine=engine)
        for engine in (monitoring.watch, settrace.watch)
    )
    assert place_by_place(one) == place_by_place(other)
    assert len(one.events) > 5


def test_unrecorded_code_is_seen_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a foreign function's first call it runs undisturbed, in every thread."""
    seen: list[object] = []
    owns = ListedFiles.owns

    def watch_owns(self: ListedFiles, frame: FrameType) -> bool:
        seen.append(frame.f_code)
        return owns(self, frame)

    monkeypatch.setattr(ListedFiles, "owns", watch_owns)

    def foreign() -> None: ...

    with record([programs.__file__]):
        for _ in range(100):
            foreign()
        thread = threading.Thread(target=foreign)
        thread.start()
        thread.join(TIMEOUT)
        programs.sync_calls()

    assert seen.count(foreign.__code__) == 1
    assert seen.count(programs.add.__code__) == 1


def test_monitoring_leaves_nothing_behind() -> None:
    """After a recording its tool ids are free, and no code object keeps events switched on."""
    recording_of(programs.sync_calls)
    python = sys.monitoring
    for tool in monitoring.FREE_IDS:
        assert python.get_tool(tool) is None
        python.use_tool_id(tool, "a look")
        try:
            assert python.get_local_events(tool, programs.add.__code__) == 0
            assert python.get_events(tool) == 0
        finally:
            python.free_tool_id(tool)


def test_a_second_recording_sees_code_that_the_first_one_did_not_want() -> None:
    """What one recording switched off as foreign is not lost for the next."""
    with record([minitasks.background.__file__]):
        programs.sync_calls()
    assert recording_of(programs.sync_calls).events


def test_monitoring_takes_another_place_while_there_is_one() -> None:
    """One other tool of the same kind is no obstacle; two are, and the message names them."""
    python = sys.monitoring
    try:
        python.use_tool_id(monitoring.FREE_IDS[0], "someone 3")
        assert recording_of(programs.sync_calls).events
        python.use_tool_id(monitoring.FREE_IDS[1], "someone 4")
        with pytest.raises(CannotRun, match=r"someone 3 and someone 4"):
            recording_of(programs.sync_calls)
    finally:
        for tool in monitoring.FREE_IDS:
            python.free_tool_id(tool)
    assert recording_of(programs.sync_calls).events
