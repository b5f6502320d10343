"""Library: the names under study, from minitasks, from Starlette or from a learner's own file."""

import importlib.util
import inspect
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from minitasks.scenarios.errors import CannotRun

NAMES = ("BackgroundTask", "BackgroundTasks", "run_in_threadpool")


@dataclass(frozen=True)
class Library:
    """The three public names, wherever they come from.

    Attributes:
        name: "minitasks", "starlette", or the path of the file.
        files: The source files that define the names: what a recording or a tour looks into.
    """

    name: str
    files: tuple[Path, ...]
    BackgroundTask: Callable[..., Any]
    BackgroundTasks: Callable[..., Any]
    run_in_threadpool: Callable[..., Awaitable[Any]]


def load_library(choice: str, needs: tuple[str, ...] = NAMES) -> Library:
    """Load the library named by `--with`.

    Args:
        choice: "minitasks", "starlette" or the path of a Python file.
        needs: The names that must be there. The rest may be missing, as in an unfinished exercise.

    Raises:
        CannotRun: There is no such file, it raises on import, or it lacks a name that is needed.
    """
    raise NotImplementedError
