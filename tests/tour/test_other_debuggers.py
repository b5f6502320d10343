"""What other debuggers do at a background task: the rows of the table in docs/pages/stepping.md."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.parts import TIMEOUT, need_part, wait_until
from tests.tour.session import Session, program, workers

ASYNCIO_PS = pytest.mark.skipif(sys.version_info < (3, 14), reason="it came with Python 3.14")

FAILING_TEST = """
import anyio
from minitasks import BackgroundTask

def save():
    raise LookupError

def test_it():
    anyio.run(BackgroundTask(save))
"""

BEATS = """
import anyio
from minitasks import BackgroundTask

def save():
    import pudb; pudb.set_trace()

async def beat():
    while True:
        with open("beats", "a") as beats:
            beats.write(".")
        await anyio.sleep(0.01)

async def main():
    async with anyio.create_task_group() as group:
        group.start_soon(beat)
        group.start_soon(BackgroundTask(save))

anyio.run(main)
"""


@pytest.fixture
def spawn() -> Iterator[Any]:
    """Give a function that runs Python with arguments in a terminal."""
    with ExitStack() as stack:

        def run(*arguments: str, cwd: Path | None = None, **env: str) -> Any:
            session = Session(*arguments, command=(), cwd=cwd, env=env, wait=False)
            return stack.enter_context(session).child

        yield run


@pytest.mark.slow
def test_pdb_never_stops_in_a_worker_thread(tmp_path: Path, spawn: Any) -> None:
    """`b work` is accepted, and the program runs to its end."""
    child = spawn("-m", "pdb", workers(tmp_path, 2, 'print("saved", number)'))
    for command in ("b work", "c"):
        child.expect_exact("(Pdb) ")
        child.sendline(command)
    child.expect_exact("The program finished and will be restarted")
    # Of two threads at once, the ends of the lines may come together.
    assert child.before.count("saved") == 2


@pytest.mark.slow
@pytest.mark.skipif(sys.version_info >= (3, 14), reason="there it is a matter of chance")
def test_two_breakpoints_fight_for_the_terminal(tmp_path: Path, spawn: Any) -> None:
    """Before anything is typed both have stopped."""
    child = spawn(workers(tmp_path, 2, "breakpoint()", "return number"))
    child.expect_exact("work()")
    child.expect_exact("work()")


@pytest.mark.slow
def test_pytest_pdb_stops_under_a_long_list_of_frames(tmp_path: Path, spawn: Any) -> None:
    """At the learner's line, with more than twenty frames of libraries above it."""
    path = program(tmp_path, FAILING_TEST)
    child = spawn("-m", "pytest", "--pdb", "-q", "-p", "no:cacheprovider", path, PYTEST_ADDOPTS="")
    child.expect_exact("(Pdb) ")
    assert "-> raise LookupError" in child.before
    child.sendline("w")
    child.expect_exact("(Pdb) ")
    assert child.before.count("-> ") > 20


@pytest.mark.slow
def test_pudb_comes_up_in_the_worker_and_the_loop_goes_on(tmp_path: Path, spawn: Any) -> None:
    """Its screen belongs to the thread that asked for it; the event loop beats on behind it."""
    need_part(find_spec("pudb"), "pudb: python -m pip install pudb")
    beats = tmp_path / "beats"
    beats.touch()
    child = spawn(program(tmp_path, BEATS), cwd=tmp_path, TERM="xterm", HOME=str(tmp_path))
    child.expect_exact("PuDB")
    before = beats.stat().st_size
    wait_until(lambda: beats.stat().st_size > before + 2)


@ASYNCIO_PS
def test_asyncio_and_pdb_look_into_a_tour_that_stands_in_a_worker(spawn: Any) -> None:
    """pstree draws who awaits whom, down to the thread; pdb attaches to the event loop's thread."""
    with Session("sync-task", "--stop", "3") as session:
        command = [sys.executable, "-m", "asyncio", "pstree", str(session.child.pid)]
        shown = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT)
        if "ermission" in shown.stderr:
            pytest.skip("this machine does not let one process read another")
        chain = ["main", "BackgroundTask.__call__", "run_in_threadpool", "run_sync"]
        places = [shown.stdout.index(f" {name} ") for name in chain]
        assert places == sorted(places)
        child = spawn("-m", "pdb", "-p", str(session.child.pid))
        if child.expect_exact(["(Pdb) ", "ermission"]):
            pytest.skip("this machine does not let one process read another")
        assert "select" in child.before
