"""A recording beside the tools that watch code, too: coverage and pdb. On Python 3.12 and newer."""

import io
import os
import pdb
import subprocess
import sys

import pytest

from minitasks.timeline.events import Timeline
from minitasks.timeline.record import record
from tests.parts import need_package
from tests.timeline import programs
from tests.timeline.recordings import recording_of

if sys.version_info < (3, 12):
    pytest.skip("Python 3.11 has one place for them all", allow_module_level=True)

PROGRAM = """
import anyio, coverage
from minitasks.timeline.record import record
from tests.timeline import programs

def lines():
    with record([programs.__file__]) as recording:
        programs.failing()
        anyio.run(programs.run_background_tasks)
        anyio.run(programs.three_workers)
    return sorted({event.line for event in recording.timeline.events if event.kind == "line"})

measuring = coverage.Coverage(data_file=None, include=[programs.__file__], config_file=False)
measuring.start()
together = lines()
measuring.stop()
covered = sorted(measuring.get_data().lines(programs.__file__))
assert covered == together == lines(), (covered, together)
assert len(covered) > 20
"""


@pytest.mark.slow
@pytest.mark.parametrize("core", ["ctrace", "sysmon"])
def test_coverage_and_a_recording_see_the_same_lines(core: str) -> None:
    """Whether coverage uses sys.settrace or sys.monitoring: neither takes a line from the other."""
    need_package("coverage")
    environment = {**os.environ, "COVERAGE_CORE": core}
    subprocess.run([sys.executable, "-c", PROGRAM], env=environment, check=True)


def test_pdb_and_a_recording_do_not_disturb_each_other() -> None:
    """pdb steps and prints as ever; the recording is the same as without it."""
    if sys.gettrace() is not None:
        pytest.skip("another tracer is at work")
    screen = io.StringIO()
    debugger = pdb.Pdb(
        stdin=io.StringIO("next\nstep\nnext\nnext\np left, total\ncontinue\n"),
        stdout=screen,
        nosigint=True,
        readrc=False,
    )

    with record([programs.__file__]) as stepped:
        debugger.runcall(programs.sync_calls)
    alone = recording_of(programs.sync_calls)

    assert "(0, 1)" in screen.getvalue(), screen.getvalue()
    assert steps(stepped.timeline) == steps(alone)


def steps(timeline: Timeline) -> list[tuple[str, str, int]]:
    return [(event.kind, event.function, event.line) for event in timeline.events]
