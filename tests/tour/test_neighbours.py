"""The tour beside others in one process: it gives back what it borrows, and shares breakpoint()."""

import bdb
import io
import json
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import anyio
import pexpect
import pytest

from minitasks import run_in_threadpool
from minitasks.scenarios.context import write_audit_log
from minitasks.tour.run_tour import run_tour, tour_of_program, tour_of_scenario
from tests.parts import TIMEOUT, need_part
from tests.tour.session import Session

RAISES = """
import anyio
from minitasks import BackgroundTask

def fail():
    raise LookupError("no such product")

anyio.run(BackgroundTask(fail))
"""

HAS_A_BREAKPOINT = """
import anyio
from minitasks import BackgroundTask

def work(number):
    breakpoint()
    doubled = number * 2
    print("worked:", doubled)

functions = [work]
anyio.run(BackgroundTask(functions[0], 21))
"""

TAKES_A_TOUR = """
import io, sys
from minitasks.tour.run_tour import run_tour, tour_of_scenario

def before():
    return 1

def after():
    return 2

before()
sys.stdin = io.StringIO("c\\n" * 9)
run_tour(tour_of_scenario("context"))
after()
"""

FAILS_AFTER_A_TOUR = """
import io
from minitasks.tour.run_tour import run_tour, tour_of_scenario

def test_it(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("b 1\\nc\\n" * 9))
    run_tour(tour_of_scenario("context"))
    answer = 42
    assert answer == 43
"""


@pytest.fixture
def type_(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Give a function that prepares what will be typed at the prompts of this process."""
    return lambda *commands: monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(commands)))


@pytest.fixture
def process_state() -> Iterator[None]:
    """Compare what a tour borrows before the test and after it."""
    before = borrowed()
    yield
    assert borrowed() == before


def borrowed() -> dict[str, object]:
    """Take stock of what a tour borrows."""
    return {
        "trace": sys.gettrace(),
        "trace of threads": threading.gettrace(),
        "breakpoint()": sys.breakpointhook,
        "hook of threads": threading.excepthook,
        "SIGINT": signal.getsignal(signal.SIGINT),
        "logging": logging.root.manager.disable,
        "breakpoints": [each for each in bdb.Breakpoint.bpbynumber if each is not None],
    }


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@pytest.mark.parametrize(
    "commands",
    [["c"] * 9, ["q"], ["c", "q"], ["b write_audit_log", "c", "c", "q"], ["n"] * 99],
    ids=" ".join,
)
@pytest.mark.usefixtures("process_state")
def test_the_process_is_as_it_was(type_: Any, commands: list[str], backend: str) -> None:
    """However the tour ended: on the event loop, in a worker thread, or with the program."""
    type_(*commands)
    assert run_tour(tour_of_scenario("context", backend=backend))


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_worker_thread_that_outlives_the_tour_is_left_alone(type_: Any, backend: str) -> None:
    """trio keeps idle threads, and on Python 3.11 nobody else can take a trace function away."""
    type_(*["s"] * 99)
    run_tour(tour_of_scenario("context", backend=backend))
    type_("q")
    assert anyio.run(run_in_threadpool, write_audit_log, backend=backend) is None


@pytest.mark.usefixtures("process_state")
def test_the_process_is_as_it_was_after_an_exception(type_: Any, tmp_path: Path) -> None:
    """Also when the program raised, which `take` tells."""
    path = tmp_path / "app.py"
    path.write_text(RAISES)
    type_("c", "c", "c")
    assert not run_tour(tour_of_program(path))


@pytest.mark.usefixtures("process_state")
def test_breakpoints_of_others_are_kept(type_: Any) -> None:
    """bdb keeps all breakpoints of a process in one list; the tour deletes only its own."""
    theirs = bdb.Breakpoint(__file__, 1)
    try:
        type_("b write_audit_log", "q")
        run_tour(tour_of_scenario("context"))
        assert [each for each in bdb.Breakpoint.bpbynumber if each is not None] == [theirs]
    finally:
        theirs.deleteMe()


@pytest.mark.slow
def test_breakpoint_opens_the_tours_own_prompt(tmp_path: Path) -> None:
    """In a worker thread too; a Pdb of its own would not know of the lanes."""
    path = tmp_path / "app.py"
    path.write_text(HAS_A_BREAKPOINT)
    with Session(str(path)) as session:
        begun = session.type("c")
        assert begun is not None
        assert (begun.source, begun.lane) == ("breakpoint()", "worker thread 1")
        prompt = session.type("c")
        assert prompt is not None
        assert prompt.source == "doubled = number * 2"
        where = session.type("w")
        assert where is not None
        assert "* worker thread 1  work(21)  app.py:7" in where.text
        assert session.type("c") is None
        assert "worked: 42" in session.last_words


@pytest.mark.slow
def test_breakpoint_in_a_file_off_the_tour_stops_there_too(tmp_path: Path) -> None:
    """A module that the program imports joins the tour when it asks for it."""
    (tmp_path / "helper.py").write_text("def double(n):\n    breakpoint()\n    return n * 2\n")
    (tmp_path / "program").mkdir()
    path = tmp_path / "program" / "app.py"
    text = HAS_A_BREAKPOINT.replace(
        "functions = [work]", "functions = [lambda n: helper.double(n)]"
    )
    path.write_text(f"import sys\nsys.path.append({str(tmp_path)!r})\nimport helper\n{text}")
    with Session(str(path)) as session:
        session.type("c")
        prompt = session.type("c")
    assert prompt is not None
    assert (prompt.source, prompt.file) == ("return n * 2", "helper.py")


FOUR_WORKERS = """
import pdb
import anyio
from minitasks import run_in_threadpool

def work(number):
    ASK
    doubled = number * 2
    return doubled

async def main():
    async with anyio.create_task_group() as group:
        for number in range(4):
            group.start_soon(run_in_threadpool, lambda number=number: work(number))
    print("over")

anyio.run(main)
"""


@pytest.mark.parametrize("ask", ["breakpoint()", "pdb.set_trace()"])
def test_whoever_asks_for_a_prompt_gets_it(tmp_path: Path, ask: str) -> None:
    """Four workers at the same time are four prompts, and the tour goes on."""
    path = tmp_path / "app.py"
    path.write_text(FOUR_WORKERS.replace("ASK", ask))
    with Session(str(path)) as session:
        prompts = list(session.prompts("c"))
    there = [prompt for prompt in prompts if prompt.source == "doubled = number * 2"]
    assert len(there) == 4
    assert sum("Now <lambda> runs." in prompt.note for prompt in prompts) == 4
    assert "over" in session.last_words


def test_a_breakpoint_in_a_file_off_the_tour_is_hit(tmp_path: Path) -> None:
    """The file joins the tour, as with breakpoint()."""
    (tmp_path / "helper.py").write_text("def double(n):\n    return n * 2\n")
    (tmp_path / "program").mkdir()
    path = tmp_path / "program" / "app.py"
    text = HAS_A_BREAKPOINT.replace("    breakpoint()\n", "    helper.double(1)\n")
    path.write_text(f"import sys\nsys.path.append({str(tmp_path)!r})\nimport helper\n{text}")
    with Session(str(path)) as session:
        session.type("c")
        session.type("b helper.py:2")
        prompt = session.type("c")
    assert prompt is not None
    assert (prompt.source, prompt.file) == ("return n * 2", "helper.py")


@pytest.mark.slow
@pytest.mark.parametrize("hook", ["0", "builtins.print"])
def test_pythonbreakpoint_goes_first(tmp_path: Path, hook: str) -> None:
    """Whoever sets it has chosen another answer to breakpoint(), or none."""
    path = tmp_path / "app.py"
    path.write_text(HAS_A_BREAKPOINT)
    with Session(str(path), env={"PYTHONBREAKPOINT": hook}) as session:
        session.type("c")
        assert session.type("c") is None
        assert "worked: 42" in session.last_words


@pytest.mark.slow
def test_coverage_goes_on_after_a_tour(tmp_path: Path) -> None:
    """Functions called behind the tour are measured; coverage finds its trace function in place."""
    missing = missing_lines(tmp_path, core="ctrace")
    # The frame that was there before has lost coverage's place in it.
    assert [line for line in missing if line.strip() != "after()"] == []


@pytest.mark.slow
@pytest.mark.skipif(sys.version_info < (3, 12), reason="sys.monitoring is new in Python 3.12")
def test_coverage_by_sys_monitoring_goes_on_during_a_tour(tmp_path: Path) -> None:
    """It shares nothing with the tour, and misses nothing."""
    assert missing_lines(tmp_path, core="sysmon") == []


def missing_lines(folder: Path, core: str) -> list[str]:
    """Run a program that takes a tour under coverage; give its lines that were not measured."""
    need_part(find_spec("coverage"), "coverage: python -m pip install coverage")
    script = folder / "takes_a_tour.py"
    script.write_text(TAKES_A_TOUR)
    outcome = coverage(folder, core, "run", script.name)
    assert outcome.returncode == 0, outcome.stderr
    assert "CoverageWarning" not in outcome.stderr
    coverage(folder, core, "json", "-o", "report.json")
    report = json.loads((folder / "report.json").read_text())
    lines = TAKES_A_TOUR.splitlines()
    return [lines[number - 1] for number in report["files"][script.name]["missing_lines"]]


def coverage(folder: Path, core: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run coverage in a folder."""
    return subprocess.run(
        [sys.executable, "-m", "coverage", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        env={**os.environ, "COVERAGE_FILE": str(folder / "data"), "COVERAGE_CORE": core},
    )


@pytest.mark.slow
def test_pytests_pdb_opens_after_a_tour(tmp_path: Path) -> None:
    """A test that took a tour and then fails can be looked into with --pdb."""
    file = tmp_path / "test_it.py"
    file.write_text(FAILS_AFTER_A_TOUR)
    command = ["-m", "pytest", "--pdb", "-q", "-p", "no:randomly", "-p", "no:cacheprovider"]
    child = pexpect.spawn(
        sys.executable,
        [*command, str(file)],
        cwd=tmp_path,
        encoding="utf-8",
        timeout=TIMEOUT,
        env={**os.environ, "TERM": "dumb", "NO_COLOR": "1"},
    )
    child.expect_exact("(Pdb) ")
    child.sendline("p answer, len(__import__('bdb').Breakpoint.bpbynumber)")
    child.expect_exact("(42, 1)")
    child.sendline("q")
    child.expect(pexpect.EOF)
    child.close()
