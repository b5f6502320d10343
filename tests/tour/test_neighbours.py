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
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import anyio
import pytest

from minitasks import run_in_threadpool
from minitasks.scenarios.context import write_audit_log
from minitasks.tour.run_tour import run_tour, tour_of_program, tour_of_scenario
from tests.parts import TIMEOUT, need_part
from tests.tour.session import Session, one_task, take, workers

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


def borrowed() -> dict[str, object]:
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
    [["c"] * 9, ["q"], ["c", "q"], ["b write_audit_log", "c", "c", "q"], ["n"] * 99, []],
    ids=" ".join,
)
def test_the_process_is_as_it_was(
    type_: Any, commands: list[str], backend: str, tmp_path: Path
) -> None:
    """However the tour ended: on the event loop, in a worker thread, with the program, or with an
    exception of the program's, which is told.
    """
    theirs = bdb.Breakpoint(__file__, 1)  # bdb keeps all of a process in one list.
    before = borrowed()
    if commands:
        type_(*commands)
        assert run_tour(tour_of_scenario("context", backend=backend))
    else:
        type_("c", "c", "c")
        assert not run_tour(tour_of_program(Path(one_task(tmp_path, "raise LookupError"))))
    assert borrowed() == before
    theirs.deleteMe()


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_worker_thread_that_outlives_the_tour_is_left_alone(type_: Any, backend: str) -> None:
    """trio keeps idle threads, and on Python 3.11 nobody else can take a trace function away."""
    type_(*["s"] * 99)
    run_tour(tour_of_scenario("context", backend=backend))
    type_("q")
    assert anyio.run(run_in_threadpool, write_audit_log, backend=backend) is None


@pytest.mark.slow
@pytest.mark.parametrize("ask", ["breakpoint()", "pdb.set_trace()"])
def test_whoever_asks_for_a_prompt_gets_the_tours_own(tmp_path: Path, ask: str) -> None:
    """Four workers at the same time are four prompts, and the tour goes on."""
    prompts, words = take(workers(tmp_path, 4, ask, "doubled = number * 2", "return doubled"))
    assert [prompt.source for prompt in prompts].count("doubled = number * 2") == 4
    assert sum("Now work runs." in prompt.note for prompt in prompts) == 4
    assert {prompt.lane for prompt in prompts} >= {f"worker thread {n}" for n in (1, 2, 3, 4)}
    assert "over" in words


@pytest.mark.slow
@pytest.mark.parametrize("ask", ["breakpoint()", "pass"])
def test_a_file_off_the_tour_joins_it_when_it_is_to_stop_there(tmp_path: Path, ask: str) -> None:
    """A module that the program imports, by its own breakpoint() or by the learner's `b`."""
    (tmp_path / "helper.py").write_text(f"def double(n):\n    {ask}\n    return n * 2\n")
    (tmp_path / "program").mkdir()
    imports = f"import sys; sys.path.append({str(tmp_path)!r})", "import helper"
    with Session(workers(tmp_path / "program", 1, *imports, "helper.double(number)")) as session:
        if ask == "pass":
            session.type("c")
            session.type("n")
            session.type("b helper.py:3")
        while not session.prompt.file.endswith("helper.py"):
            session.type("c")
    assert (session.prompt.source, session.prompt.file) == ("return n * 2", "helper.py")


@pytest.mark.slow
def test_code_without_a_source_asks_for_a_prompt(tmp_path: Path) -> None:
    """What exec runs has lines and no text: the prompt names the place alone."""
    path = one_task(tmp_path, 'exec("\\n\\n\\nbreakpoint()\\nx = 1")')
    with Session(path) as session:
        while session.prompt.file != "<string>":
            session.type("c")
        assert (session.prompt.line, session.prompt.source) == (5, "")
        session.end_cleanly("c")


@pytest.mark.slow
@pytest.mark.parametrize("hook", ["0", "builtins.print"])
def test_pythonbreakpoint_goes_first(tmp_path: Path, hook: str) -> None:
    """Whoever sets it has chosen another answer to breakpoint(), or none."""
    with Session(workers(tmp_path, 1, "breakpoint()"), env={"PYTHONBREAKPOINT": hook}) as session:
        session.type("c")
        assert "over" in session.end_cleanly("c")


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
    environment = {**os.environ, "COVERAGE_FILE": str(folder / "data"), "COVERAGE_CORE": core}
    for arguments in (["run", script.name], ["json", "-o", "report.json"]):
        outcome = subprocess.run(
            [sys.executable, "-m", "coverage", *arguments],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
            env=environment,
        )
        assert outcome.returncode == 0, outcome.stderr
        assert "CoverageWarning" not in outcome.stderr
    report = json.loads((folder / "report.json").read_text())
    lines = TAKES_A_TOUR.splitlines()
    return [lines[number - 1] for number in report["files"][script.name]["missing_lines"]]


@pytest.mark.slow
def test_pytests_pdb_opens_after_a_tour(tmp_path: Path) -> None:
    """A test that took a tour and then fails can be looked into with --pdb."""
    file = tmp_path / "test_it.py"
    file.write_text(FAILS_AFTER_A_TOUR)
    command = ("-m", "pytest", "--pdb", "-q", "-p", "no:cacheprovider", str(file))
    with Session(*command, command=(), cwd=tmp_path, wait=False) as session:
        session.child.expect_exact("(Pdb) ")
        session.child.sendline("p answer, len(__import__('bdb').Breakpoint.bpbynumber)")
        session.child.expect_exact("(42, 1)")
        session.end("q")
