"""Files: which code is recorded, and its text.

Either a list of files, or a folder, or the module that asked: a script, or a notebook's cells.
"""

import functools
import linecache
import os
import tokenize
from collections.abc import Iterable
from pathlib import Path
from types import FrameType
from typing import Any

from minitasks.errors import CannotRun
from minitasks.scenarios.library import is_own, library_files
from minitasks.tracing.steps import callers, codes_in


class Files:
    """Which code is recorded.

    Attributes:
        known: The files found so far: from the name in the code to the name in the events.
    """

    def __init__(self) -> None:
        self.known: dict[str, str] = {}
        self._foreign: set[str] = set()

    def owns(self, frame: FrameType) -> bool:
        """Tell whether the frame's code is recorded; if so, its file is known from now on."""
        file = frame.f_code.co_filename
        if file not in self.known and file not in self._foreign:
            name = self._name(file)
            if name is None:
                self._foreign.add(file)
            else:
                self.known[file] = name
        return file in self.known

    def sources(self) -> dict[str, str]:
        """Give the text of each file, by its name in the events."""
        raise NotImplementedError

    def _name(self, file: str) -> str | None:
        """Give a file's name in the events; None where it is not recorded."""
        raise NotImplementedError


class ListedFiles(Files):
    """The files that the caller listed; the events name them as they are written here."""

    def __init__(self, paths: Iterable[str | os.PathLike[str]]) -> None:
        super().__init__()
        names = [os.fspath(path) for path in paths]
        self._wanted = {os.path.realpath(name): name for name in names}
        # Read now: the program may change them.
        self._sources = {name: read_source(name) for name in names}

    def sources(self) -> dict[str, str]:
        return self._sources

    def _name(self, file: str) -> str | None:
        return self._wanted.get(os.path.realpath(file))


class Folder(Files):
    """All Python files below a folder but installed packages, the task classes', and some more."""

    def __init__(self, folder: Path, also: Iterable[str | os.PathLike[str]] = ()) -> None:
        super().__init__()
        self._folders = tuple(map(os.path.realpath, (folder, *also)))
        # Starlette's _utils.py has the router's helpers as well, which every request calls.
        of_tasks = (file for file in library_files() if file.name != "_utils.py")
        self._recorded = (*self._folders[1:], *map(os.path.realpath, of_tasks))
        self._read = functools.cache(read_source)

    def is_own(self, file: str) -> bool:
        return any(map(Path(file).is_relative_to, self._folders)) and is_own(Path(file))

    def sources(self) -> dict[str, str]:
        """Give the text of the files in which something ran, as it was when first asked for."""
        return {file: self._read(file) for file in list(self.known.values())}

    def _name(self, file: str) -> str | None:
        real = os.path.realpath(file)
        is_asked_for = any(map(Path(real).is_relative_to, self._recorded))
        # No text can be shown of what was generated, such as a dataclass's __init__.
        is_recorded = os.path.isfile(real) and (is_asked_for or self.is_own(real))
        return real if is_recorded else None


class ModuleOf(Files):
    """The module that a frame belongs to. In a notebook every cell is a file of the one module."""

    def __init__(self, frame: FrameType) -> None:
        super().__init__()
        self._module: dict[str, Any] = frame.f_globals
        self._written = list(codes_in(outermost(frame).f_code))
        self.known[frame.f_code.co_filename] = frame.f_code.co_filename

    def owns(self, frame: FrameType) -> bool:
        if frame.f_globals is not self._module:
            return False
        # A dataclass's __init__ is of the module, too, but nobody wrote it. Under `python -c` it
        # shares its file's name, and on 3.13 that file's text, with the program.
        if frame.f_code.co_filename == "<string>":
            return any(code is frame.f_code for code in self._written)
        return super().owns(frame)

    def sources(self) -> dict[str, str]:
        return {file: "".join(linecache.getlines(file)) for file in list(self.known)}

    def _name(self, file: str) -> str | None:
        return file if linecache.getlines(file) else None


def outermost(frame: FrameType) -> FrameType:
    """Find the frame that runs a frame's module; else, where that is over, the frame itself."""
    for caller in callers(frame):
        if caller.f_globals is frame.f_globals and caller.f_code.co_name == "<module>":
            return caller
    return frame


def read_source(path: str) -> str:
    """Read a Python file, in the encoding that it declares."""
    try:
        with tokenize.open(path) as file:
            return file.read()
    except (OSError, SyntaxError, UnicodeDecodeError) as problem:
        reason = getattr(problem, "strerror", None) or problem
        raise CannotRun(f"can't record {Path(path)}: {reason}") from problem
