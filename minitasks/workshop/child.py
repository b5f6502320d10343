"""The child's side of a grading: load the learner's file, run the tests on it, note each.

Runs in a process of its own and ends it. The judge (verdict.py) demands a note of every test.
"""

import _thread
import builtins
import faulthandler
import importlib
import importlib.util
import io
import json
import multiprocessing
import os
import pdb
import random
import sys
import threading
import time
from collections.abc import Generator
from dataclasses import asdict
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

import anyio.pytest_plugin as anyio_plugin
import hypothesis
import pytest
from hypothesis.database import DirectoryBasedExampleDatabase

from minitasks.tracing.steps import callers
from minitasks.workshop import failures, limits
from minitasks.workshop.parent import Job
from minitasks.workshop.verdict import Reason, Run, place_at

# Hypothesis keeps its tables of characters here; to compute them takes two seconds.
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "minitasks"

# Imported when first used, were they not imported here, for every child to share.
for needed_later in ("anyio._backends._asyncio", "anyio._backends._trio"):
    importlib.import_module(needed_later)

# The learner's code gets another one.
EXIT = os._exit

# Each plugin costs a millisecond or two.
UNUSED = (
    *("cacheprovider", "doctest", "faulthandler", "junitxml", "legacypath", "pastebin"),
    *("setuponly", "setupplan", "stepwise", "terminal", "unittest"),
)
# An assert says in words of its own what is wrong: pytest need not find words for it.
OPTIONS = (
    *(f"-pno:{plugin}" for plugin in UNUSED),
    *("--noconftest", "--assert=plain", "--capture=no", "--import-mode=importlib"),
    *("--maxfail=1", "-c", os.devnull),
)


def grade(job: Job) -> None:
    """Grade a file and end this process: what multiprocessing starts in the child."""
    runner = multiprocessing.parent_process()
    assert runner is not None
    limits.confine_this_process(runner.sentinel)
    job.folder.mkdir()
    os.chdir(job.folder)
    sys.stdout = write_to(job.output, 1)
    sys.stderr = write_to(job.errors, 2)
    faulthandler.enable(2)
    builtins.input = sys.breakpointhook = pdb.set_trace = refuse_dialog
    reseed()

    grader = Grader(job)
    grader.note()
    os._exit = grader.exit
    _thread.start_new_thread(grader.keep_watch, (runner,))
    grader.run_tests()
    # Not sys.exit: threads of the learner's would keep the process alive, and their atexit hooks
    # have no say.
    EXIT(0)


def write_to(file: Path, descriptor: int) -> io.TextIOWrapper:
    """Send what this process writes to a standard stream to a file, at once and as UTF-8."""
    with file.open("wb") as output:
        os.dup2(output.fileno(), descriptor)
    stream = io.FileIO(descriptor, "w", closefd=False)
    return io.TextIOWrapper(stream, "utf-8", "backslashreplace", write_through=True)


def refuse_dialog(*args: object, **options: object) -> Any:
    """Say where to go instead to what would wait for somebody at a terminal."""
    raise RuntimeError(
        "nobody can type anything while a file is graded; to stop in a debugger, press d in "
        "watch, or type minitasks workshop debug"
    )


def reseed() -> None:
    """Let hypothesis draw the same examples in every grading: one file gets one verdict.

    Its public ways to seed switch the replay of failing examples off, hence the private name; a
    test tells if it moves.
    """
    holder: Any = getattr(hypothesis.core, "threadlocal", hypothesis.core)
    holder._hypothesis_global_random = random.Random(0)


def use_profile(examples: Path | None, shrink: bool) -> None:
    """Set hypothesis up: quick, with last time's failing examples first, silent about speed."""
    phases = set(hypothesis.Phase) - {hypothesis.Phase.explain}
    hypothesis.settings.register_profile(
        "workshop",
        max_examples=25,
        derandomize=False,  # as it would be where CI is set
        deadline=None,
        database=DirectoryBasedExampleDatabase(examples) if examples else None,
        phases=phases if shrink else phases - {hypothesis.Phase.shrink},
        suppress_health_check=list(hypothesis.HealthCheck),
        report_multiple_bugs=False,
        print_blob=False,
    )
    hypothesis.settings.load_profile("workshop")


class Supplier:
    """The pytest plugin that hands the learner's module to the tests."""

    @pytest.fixture(scope="session")
    def exercise(self) -> ModuleType:
        return sys.modules["exercise"]

    def pytest_configure(self, config: pytest.Config) -> None:
        """Draw no traceback for nobody: that takes a third of the time of a failing grading."""
        config.option.tbstyle = "line"


def run_pytest(
    plugin: object, *arguments: str, examples: Path | None = None, shrink: bool = True
) -> None:
    """Run pytest without the plugins and options of the learner's environment.

    They have no business in the grading, and each plugin costs time. Nothing compiled is written
    beside the grader, which may be in a folder that nobody may write to.
    """
    use_profile(examples, shrink)
    sys.dont_write_bytecode = True
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    os.environ.pop("PYTEST_ADDOPTS", None)
    os.environ.pop("PYTEST_PLUGINS", None)
    os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(CACHE))
    pytest.main([*OPTIONS, *arguments], plugins=[plugin, anyio_plugin])


def load(file: Path) -> ModuleType:
    """Import the learner's file as the module `exercise`.

    From its source, never from a compiled copy: two saves within a second would look the same.
    """
    module = ModuleType("exercise")
    module.__file__ = str(file)
    sys.modules["exercise"] = module
    source = importlib.util.decode_source(file.read_bytes())
    code = compile(source, str(file), "exec", dont_inherit=True)
    exec(code, module.__dict__)
    return module


class Grader(Supplier):
    """The pytest plugin of a grading: notes for the parent what happens, test by test."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.run = Run(job.time_limit)
        self.states = job.states.open("ab", buffering=0)
        self.lock = threading.RLock()  # an older state is never written behind a newer
        self.process = os.getpid()
        self.restart_clock()

    def note(self, **changes: Any) -> None:
        """Note what has changed, and write down how the run stands; not in a fork."""
        if os.getpid() == self.process:
            with self.lock:
                vars(self.run).update(changes)
                self.states.write(json.dumps(asdict(self.run)).encode() + b"\n")

    def note_failure(self, reason: Reason, **facts: Any) -> None:
        """Note why the file does not pass: the first reason counts."""
        if not self.run.failure:
            self.note(failure={"reason": reason, **facts})

    def restart_clock(self) -> None:
        """Begin anew: what pytest itself takes in between is not the learner's time."""
        self.deadline = time.monotonic() + self.job.time_limit
        # For code that never lets another thread run: this one needs no interpreter.
        faulthandler.dump_traceback_later(self.job.time_limit + 0.5, exit=True, file=2)

    def exit(self, status: int) -> NoReturn:
        """End the process, as os._exit; first note the learner's line that asks for it, if any."""
        for frame in callers(sys._getframe()):
            if frame.f_code.co_filename == str(self.job.file):
                self.note(exited_at=place_at(self.job.file, frame.f_lineno))
                break
        EXIT(status)

    def keep_watch(self, runner: BaseProcess) -> None:
        """End the process when its time is up or it prints too much, and say where it stood.

        Also when the runner is gone, for then nobody would. Runs in a thread that the threading
        module does not know, so that a test that counts threads is right.
        """
        job = self.job
        try:
            while runner.is_alive():
                is_flood = job.output.stat().st_size + job.errors.stat().st_size > limits.OUTPUT
                if is_flood or time.monotonic() > self.deadline:
                    faulthandler.cancel_dump_traceback_later()  # which knows less
                    place = failures.standing(job.file, job.grader)
                    return self.note_failure("output" if is_flood else "time", place=place)
                time.sleep(0.02)
            limits.end_group(os.getpid())
        finally:
            EXIT(1)

    def run_tests(self) -> None:
        """Load the learner's file, run the grader's tests on it, and note how it ended."""
        job = self.job
        try:
            load(job.file)
        except BaseException as problem:
            self.note_failure("import", **failures.of(problem, job.file))
            return
        run_pytest(self, f"--rootdir={job.scratch}", str(job.grader), examples=job.examples)
        if place := failures.running_thread(job.file):
            self.note_failure("thread", place=place)
        self.note(is_finished=True)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> Generator[None, Any, Any]:
        """Note what a test's function did, whatever becomes of pytest's own reports."""
        test = pyfuncitem.originalname
        self.note(running=test)
        try:
            result = yield
        except BaseException as problem:
            params = getattr(getattr(pyfuncitem, "callspec", None), "params", {})
            backend = str(params.get("anyio_backend", "asyncio"))
            self.run.failed.append(test)
            facts = failures.of(problem, self.job.file)
            self.note_failure("claim", test=test, backend=backend, **facts)
            raise
        self.run.passed.append(test)
        self.note(running="")
        return result

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Note how often each test is to run: once for each event loop, say."""
        self.note(tests=[getattr(item, "originalname", item.name) for item in session.items])
        # pytest has put its own in their place.
        sys.breakpointhook = pdb.set_trace = refuse_dialog
        self.restart_clock()

    def pytest_exception_interact(self, node: Any, call: pytest.CallInfo[None]) -> None:
        """Note what failed outside a test's function: in collecting, in a fixture."""
        if call.when != "call" and call.excinfo is not None:
            facts = failures.of(call.excinfo.value, self.job.file)
            self.note_failure("claim", test=getattr(node, "originalname", ""), **facts)
