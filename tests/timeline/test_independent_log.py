"""A recorded program does what it does alone, and what was recorded is what Python tells itself.

Python's profile function knows nothing of the recorder, and tells of each call, resume, suspend and
end.
"""

import gc
import inspect
import sys
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from types import FrameType

import anyio
import anyio.to_thread
import pytest

from minitasks.timeline.recorder import CUT_SHORT
from tests.timeline import programs
from tests.timeline.recordings import of, recording_of

PROGRAMS = (*programs.PROGRAMS, programs.closure_counted_by_threads)
TOLD_AS = {
    **dict.fromkeys(("call", "resume"), "call"),
    **dict.fromkeys(("suspend", "return", "raise"), "return"),
}
Steps = list[tuple[str, str, int]]  # "call" or "return", function, thread


@pytest.fixture
def often_switched() -> Iterator[None]:
    """Let threads take turns as often as they can, and collect nothing that is not let go."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    gc.disable()
    yield
    gc.enable()
    sys.setswitchinterval(before)


def profiled(run: Callable[[], object]) -> Steps:
    """Run something; give what Python's profile function tells of the programs."""
    steps: Steps = []

    def note(frame: FrameType, event: str, argument: object) -> None:
        if event in ("call", "return") and frame.f_code.co_filename == programs.__file__:
            steps.append((event, frame.f_code.co_qualname, threading.get_ident()))

    threading.setprofile(note)
    sys.setprofile(note)
    try:
        run()
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
    return steps


def thread_by_thread(steps: Steps) -> list[list[tuple[str, str]]]:
    threads = defaultdict(list)
    for kind, function, thread in steps:
        threads[thread].append((kind, function))
    return list(threads.values())


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_a_program_does_what_it_does_alone_and_what_it_did_was_recorded(
    program: programs.Program, often_switched: None
) -> None:
    """The same result and the same steps, and the recording has each of them, thread by thread."""
    results: list[object] = []

    def run() -> None:
        results.append(anyio.run(program) if inspect.iscoroutinefunction(program) else program())

    alone = profiled(run)
    timelines = []
    beside = profiled(lambda: timelines.append(recording_of(run, limit=1_000_000)))

    assert results[0] == results[1]
    recorded = [
        (TOLD_AS[event.kind], event.function, event.lane)
        for event in timelines[0].events
        if event.kind in TOLD_AS
    ]
    assert thread_by_thread(recorded) == thread_by_thread(beside) == thread_by_thread(alone)


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="there nothing is lost")
def test_python_3_11_says_that_a_recursion_to_the_limit_ends_a_threads_recording() -> None:
    """The mark stands in that thread, behind its last step; other threads are recorded on."""

    async def main() -> None:
        await anyio.to_thread.run_sync(programs.recursion_to_the_limit)
        programs.add(3, 4)

    events = recording_of(main).events
    (mark,) = [each for each in events if each.kind == "mark"]
    of_thread = [each for each in events if each.lane == mark.lane]
    assert mark.text == CUT_SHORT
    assert of_thread[-1] == mark
    assert of_thread[0].function == "recursion_to_the_limit"
    assert events[-1].lane != mark.lane


@pytest.mark.skipif(sys.version_info < (3, 12), reason="there the thread is lost, and it is said")
def test_at_a_recursion_error_each_call_that_was_seen_is_raised_in_once() -> None:
    """The call at which it comes to the limit has no beginning of its own, and no end either."""

    def from_depth(depth: int) -> None:
        if depth:
            from_depth(depth - 1)
        else:
            programs.recursion_to_the_limit()

    def from_ten_depths() -> None:
        for depth in range(10):
            from_depth(depth)

    timeline = recording_of(from_ten_depths, limit=50_000)
    assert not [each for each in timeline.events if each.kind == "mark"]
    steps = of("deep", timeline)
    kinds = [each.kind for each in steps]
    assert kinds.count("call") == kinds.count("raise") > 100
    assert steps[-1].text.startswith("RecursionError")
    assert len([each for each in of("add", timeline) if each.kind == "return"]) == 10
