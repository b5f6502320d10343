"""Run: a scenario, on a library, on an event loop."""

import importlib.util
from typing import Any

import anyio

from minitasks.errors import CannotRun
from minitasks.scenarios import Scenario
from minitasks.scenarios.library import Library


def run_scenario(scenario: Scenario, library: Library, backend: str = "asyncio") -> None:
    """Run a scenario to its end.

    Args:
        scenario: What to run.
        library: What to run it on.
        backend: The event loop: "asyncio", "trio" or "uvloop".

    Raises:
        CannotRun: The scenario does not run on this event loop, or the event loop is not installed.
        BaseException: Whatever the scenario raises.
    """
    options = backend_options(scenario, backend)
    anyio.run(scenario.main, library, **options)


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
