"""Run: a scenario, on a library, on an event loop; or a program of one's own."""

import builtins
import importlib.util
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import anyio
import anyio.to_thread

from minitasks.errors import CannotRun
from minitasks.scenarios import Scenario
from minitasks.scenarios.library import Library
from minitasks.tracing.threads import wait_for_threads


def run_scenario(scenario: Scenario, library: Library, backend: str = "asyncio") -> None:
    """Run a scenario to its end; what it raises is raised here.

    Raises:
        CannotRun: The scenario does not run on this event loop, or the event loop is not installed.
    """
    anyio.run(warm_and_run, scenario, library, **backend_options(scenario, backend))


async def warm_and_run(scenario: Scenario, library: Library) -> None:
    """Start a worker thread first, as a server under way has one, and then run a scenario."""
    await anyio.to_thread.run_sync(int)
    await scenario.main(library)


def run_program(path: Path, arguments: Sequence[str] = ()) -> None:
    """Run a program as `python path arguments` would, but in this process; what it raises is
    raised here, SystemExit included.

    Raises:
        CannotRun: There is no such file.
    """
    if not path.is_file():
        raise CannotRun(f"there is no file {path}")
    names = ("__main__", "__mp_main__")  # the other: for what multiprocessing's children send
    before = sys.argv, sys.path[:], {name: sys.modules.get(name) for name in names}
    threads = set(threading.enumerate())
    sys.argv = [str(path), *arguments]
    sys.path.insert(0, str(path.resolve().parent))
    main = ModuleType("__main__")
    sys.modules.update(dict.fromkeys(names, main))
    # Absolute, as Python has it: a program may go elsewhere, and look for its own file.
    file = str(path.absolute())
    main.__dict__.update(__file__=file, __builtins__=builtins)
    try:
        exec(compile(path.read_bytes(), file, "exec", dont_inherit=True), main.__dict__)
    finally:
        wait_for_threads(threads)
        sys.argv, sys.path[:], modules = before
        sys.modules.update({name: module for name, module in modules.items() if module})


def backend_options(scenario: Scenario, backend: str) -> dict[str, Any]:
    """Say "asyncio", "trio" or "uvloop" in anyio's terms, where uvloop is an option of asyncio."""
    if backend not in scenario.backends:
        *others, last = scenario.backends
        allowed = f"{', '.join(others)} or {last}"
        raise CannotRun(f"{scenario.name} does not run on {backend}: choose {allowed}")
    if importlib.util.find_spec(backend) is None:
        raise CannotRun(f"{backend} is missing: python -m pip install {backend}")
    if backend == "uvloop":
        return {"backend": "asyncio", "backend_options": {"use_uvloop": True}}
    return {"backend": backend}
