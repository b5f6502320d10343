"""Library: the names under study, from minitasks, from Starlette or from a learner's own file."""

import difflib
import importlib
import importlib.util
import inspect
import sys
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from minitasks.errors import CannotRun

NAMES = ("BackgroundTask", "BackgroundTasks", "run_in_threadpool")

INSTALLED = ("minitasks", "starlette")  # each keeps them in modules of the same names


@dataclass(frozen=True)
class Library:
    """The three public names and the question behind them, wherever they come from."""

    name: str  # "minitasks", "starlette", or the path of the file
    # The source files that define the names: what a recording or a tour looks into. Not in the
    # repr, which a recording shows: where packages are is the own affair of a machine.
    files: tuple[Path, ...] = field(repr=False)
    BackgroundTask: Callable[..., Any]
    BackgroundTasks: Callable[..., Any]
    run_in_threadpool: Callable[..., Awaitable[Any]]
    is_async_callable: Callable[[Any], bool]


def load_library(choice: str, needs: tuple[str, ...] = NAMES) -> Library:
    """Load the library named by `--with`.

    Args:
        choice: "minitasks", "starlette" or the path of a Python file.
        needs: The names that must be there. The rest may be missing, as in an unfinished exercise.

    Raises:
        CannotRun: There is no such file, it raises on import, or it lacks a name that is needed.
    """
    if choice not in INSTALLED:
        return library_of(choice, [import_file(existing_file(choice), choice)], needs)
    kept_in = (f"{choice}.background", f"{choice}.concurrency")
    return library_of(choice, list(map(importlib.import_module, kept_in)), needs)


def library_of(choice: str, modules: list[ModuleType], needs: tuple[str, ...] = NAMES) -> Library:
    """Gather the names from modules that are imported already; see `load_library`."""
    found: dict[str, Any] = {
        name: next((getattr(module, name) for module in modules if hasattr(module, name)), None)
        for name in (*NAMES, "is_async_callable")
    }
    # The files that define the names, and the one that decides between loop and thread.
    files = map(source_file, [*modules, *found.values()])
    missing = [name for name in needs if found[name] is None]
    if missing:
        raise CannotRun(f"{choice} has no {' and no '.join(missing)}, which is needed here")
    return Library(
        name=choice,
        files=tuple(dict.fromkeys(file for file in files if file)),
        **found,
    )


def library_files() -> list[Path]:
    """List the files of the task classes: ours, and Starlette's and FastAPI's if installed."""
    names = filter(importlib.util.find_spec, INSTALLED)
    files = [file for name in names for file in load_library(name).files]
    spec = importlib.util.find_spec("fastapi")
    if spec and spec.origin:
        files.append(Path(spec.origin).with_name("background.py"))
    return files


def existing_file(choice: str) -> Path:
    """Find the file that `choice` names."""
    path = Path(choice).expanduser()
    if path.is_file():
        return path.resolve()
    if near := difflib.get_close_matches(choice, INSTALLED, n=1):
        raise CannotRun(f"there is no library {choice!r}: did you mean {near[0]}?")
    raise CannotRun(f"there is no file {choice}: choose minitasks, starlette or a Python file")


def import_file(path: Path, choice: str) -> ModuleType:
    """Import a learner's file by its path, its folder's other modules within its reach."""
    # A name of its own: the learner's file may well be called background.py or even minitasks.py.
    spec = importlib.util.spec_from_file_location(f"learner_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise CannotRun(f"{choice} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    sys.path.insert(0, str(path.parent))
    try:
        spec.loader.exec_module(module)
    # A learner's file may raise anything, sys.exit() included; only Ctrl-C is not its own doing.
    except (Exception, SystemExit) as error:
        raise CannotRun(f"{choice} raises on import: {in_one_line(error, path)}") from error
    finally:
        sys.path.remove(str(path.parent))
    return module


def in_one_line(error: BaseException, path: Path) -> str:
    """Tell what an import raised, and on which line of the file."""
    if isinstance(error, SyntaxError):
        return f"line {error.lineno}: {type(error).__name__}: {error.msg}"
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == str(path)]
    where = f"line {lines[-1]}: " if lines else ""
    words = " ".join(str(error).split())
    return f"{where}{type(error).__name__}: {words}"


def source_file(obj: Any) -> Path | None:
    """Find the Python file that defines an object; built-in ones have none."""
    try:
        file = inspect.getsourcefile(obj)
    except TypeError:
        return None
    return Path(file).resolve() if file else None


def is_own(file: Path) -> bool:
    """Tell whether a file is a learner's: not Python's, ours, or an installed package's."""
    parts = file.parts
    return not (
        "site-packages" in parts
        or "dist-packages" in parts
        or file.is_relative_to(Path(inspect.__file__).parent)
        or file.is_relative_to(Path(__file__).parents[1])
    )
