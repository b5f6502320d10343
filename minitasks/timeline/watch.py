"""Watch: run a scenario and record it, in this process or in a fresh one.

A fresh process is for whoever records more than once: up to Python 3.11 a recording does not see
the worker threads that an earlier run has left behind.
"""

import contextlib
import multiprocessing
import os
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import forkserver
from multiprocessing.context import BaseContext

from minitasks.errors import CannotRun
from minitasks.scenarios import NAMES, Scenario, find_scenario
from minitasks.scenarios.library import Library, load_library
from minitasks.scenarios.marks import warnings_as_marks
from minitasks.scenarios.run import run_scenario
from minitasks.timeline.events import Timeline
from minitasks.timeline.record import record


@dataclass(frozen=True)
class Watched:
    """A scenario's recorded run.

    Attributes:
        timeline: What happened.
        error: What the scenario raised, in one line; empty where it ran to its end.
    """

    timeline: Timeline
    error: str = ""


def watch(scenario: Scenario, library: Library, backend: str = "asyncio") -> Watched:
    """Run a scenario and record it: the scenario's own file and the library's.

    Args:
        scenario: What to run.
        library: What to run it on.
        backend: The event loop: "asyncio", "trio" or "uvloop".

    Raises:
        CannotRun: The scenario can't run like this.
    """
    scenario.load()
    problem = ""
    with record(files=[scenario.file, *library.files]) as recording, warnings_as_marks():
        try:
            run_scenario(scenario, library, backend)
        except BaseException as error:
            problem = one_line(innermost(error))
    return Watched(recording.timeline, problem)


def innermost(error: BaseException) -> BaseException:
    """Take an exception out of the groups that task groups put round it."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def one_line(error: BaseException) -> str:
    """Say what was raised; what is not a program's own error is raised again."""
    if isinstance(error, CannotRun) or not isinstance(error, Exception):
        raise error
    return f"{type(error).__name__}: {' '.join(str(error).split())}"


def watch_in_child(name: str, choice: str, backend: str = "asyncio") -> Watched:
    """Load and `watch` a scenario, for a pool that `fresh_processes` gives."""
    scenario = find_scenario(name)
    return watch(scenario, load_library(choice, scenario.needs), backend)


@contextlib.contextmanager
def fresh_processes() -> Iterator[ProcessPoolExecutor]:
    """Open a pool that runs each call in a process of its own, four at a time: most wait a lot."""
    with ProcessPoolExecutor(
        max_workers=4,
        mp_context=process_context(),
        initializer=ignore_ctrl_c,
        max_tasks_per_child=1,
    ) as pool:
        try:
            yield pool
        except KeyboardInterrupt:
            # Leaving the block waits for what runs in it, and a learner's library may run for ever.
            for process in multiprocessing.active_children():
                process.kill()
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def process_context() -> BaseContext:
    """Choose how processes start: by a fork of one that has imported everything, if that exists."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    scenarios = [f"minitasks.scenarios.{name.replace('-', '_')}" for name in NAMES]
    context.set_forkserver_preload(
        [__name__, *scenarios, "trio", "uvicorn.protocols.http.h11_impl"]
    )
    with same_modules():
        forkserver.ensure_running()
    return context


@contextlib.contextmanager
def same_modules() -> Iterator[None]:
    """Let a process that starts in this block find the modules that this one finds.

    A forkserver looks in the current folder first. In a checkout, that is another minitasks than
    the installed one, and what it records is not what is looked for here.
    """
    ours = {
        "PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path),
        "PYTHONSAFEPATH": "1",
    }
    before = {name: os.environ[name] for name in ours if name in os.environ}
    os.environ.update(ours)
    try:
        yield
    finally:
        for name in ours:
            del os.environ[name]
        os.environ.update(before)


def ignore_ctrl_c() -> None:
    """Leave Ctrl-C to the parent: this process ends with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
