"""Fresh processes: a pool in which each recording has a process of its own.

Up to Python 3.11 a recording does not see the worker threads that an earlier run has left behind.
"""

import contextlib
import multiprocessing
import os
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import forkserver
from multiprocessing.context import BaseContext
from unittest import mock

from minitasks.scenarios import NAMES, find_scenario
from minitasks.scenarios.library import load_library
from minitasks.timeline.record_scenario import ScenarioRun, record_scenario


def record_in_child(name: str, choice: str, backend: str = "asyncio") -> ScenarioRun:
    """Load and record a scenario, for a pool that `fresh_processes` gives."""
    scenario = find_scenario(name)
    return record_scenario(scenario, load_library(choice, scenario.needs), backend)


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
    # It looks in the current folder first. In a checkout, that is another minitasks than the
    # installed one, and what it records is not what is looked for here.
    path = os.pathsep.join(path or os.getcwd() for path in sys.path)
    with mock.patch.dict(os.environ, {"PYTHONPATH": path, "PYTHONSAFEPATH": "1"}):
        forkserver.ensure_running()
    return context


def ignore_ctrl_c() -> None:
    """Leave Ctrl-C to the parent: this process ends with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
