"""Implementations: who is asked to keep the laws. Starlette, the core, and the core made fast.

A law that Starlette passes too is Starlette's. `LIBRARIES` holds all of them, `REBUILT` only ours.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import starlette._utils
import starlette.background
import starlette.concurrency

import minitasks
import minitasks.dispatch
import minitasks.faster


@dataclass(frozen=True)
class Implementation:
    """The names under test, wherever they come from."""

    name: str
    BackgroundTask: Callable[..., Any]
    BackgroundTasks: Callable[..., Any]
    run_in_threadpool: Callable[..., Awaitable[Any]]
    is_async_callable: Callable[[Any], bool]


STARLETTE = Implementation(
    "starlette",
    starlette.background.BackgroundTask,
    starlette.background.BackgroundTasks,
    starlette.concurrency.run_in_threadpool,
    starlette._utils.is_async_callable,
)
MINITASKS = Implementation(
    "minitasks",
    minitasks.BackgroundTask,
    minitasks.BackgroundTasks,
    minitasks.run_in_threadpool,
    minitasks.dispatch.is_async_callable,
)
FASTER = Implementation(
    "minitasks.faster",
    minitasks.faster.BackgroundTask,
    minitasks.faster.BackgroundTasks,
    minitasks.faster.run_in_threadpool,
    minitasks.faster.is_async_callable,
)
REBUILT = (MINITASKS, FASTER)
LIBRARIES = (STARLETTE, *REBUILT)
