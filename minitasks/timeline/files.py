"""Files: which code is recorded, and its text.

Either a list of files, or the module that asked: a script's own file, or all cells of a notebook.
"""

import linecache
import os
import tokenize
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, Protocol

from minitasks.errors import CannotRun
from minitasks.scenarios.library import is_own


class Files(Protocol):
    """Which code is recorded.

    Attributes:
        known: The files found so far: from the name in the code to the name in the events.
    """

    known: dict[str, str]

    def owns(self, frame: FrameType) -> bool:
        """Tell whether the frame's code is recorded; if so, its file is known from now on."""

    def sources(self) -> dict[str, str]:
        """Give the text of each file, by its name in the events."""


class ListedFiles:
    """The files that the caller listed, whichever way the code names them.

    Args:
        paths: The files. The events name them as they are written here.

    Raises:
        CannotRun: A file can't be read.
    """

    def __init__(self, paths: Iterable[str | os.PathLike[str]]) -> None:
        names = [os.fspath(path) for path in paths]
        self._wanted = {os.path.realpath(name): name for name in names}
        # Read now: the program may change them.
        self._sources = {name: read_source(name) for name in names}
        self._foreign: set[str] = set()
        self.known: dict[str, str] = {}

    def owns(self, frame: FrameType) -> bool:
        """Tell whether the frame's code comes from one of the files."""
        file = frame.f_code.co_filename
        if file in self.known:
            return True
        if file in self._foreign:
            return False
        name = self._wanted.get(os.path.realpath(file))
        if name is None:
            self._foreign.add(file)
            return False
        self.known[file] = name
        return True

    def sources(self) -> dict[str, str]:
        """Give the text of all the files, also of those in which nothing ran."""
        return self._sources


class Folder:
    """All Python files below a folder, installed packages left out, and some besides.

    Args:
        folder: Where a program's or an application's own code is.
        also: Files and folders of libraries to record, too.
    """

    def __init__(self, folder: Path, also: Iterable[str | os.PathLike[str]] = ()) -> None:
        self._folder = os.path.realpath(folder)
        self._also = tuple(os.path.realpath(path) for path in also)
        self._sources: dict[str, str] = {}
        self._foreign: set[str] = set()
        self.known: dict[str, str] = {}

    def owns(self, frame: FrameType) -> bool:
        """Tell whether the frame's code is below the folder, or in one of the files."""
        file = frame.f_code.co_filename
        if file in self.known:
            return True
        if file in self._foreign:
            return False
        real = os.path.realpath(file)
        # No text can be shown of what was generated, such as a dataclass's __init__.
        if os.path.isfile(real) and (self.is_own(real) or self.is_asked_for(real)):
            self.known[file] = real
            return True
        self._foreign.add(file)
        return False

    def is_own(self, file: str) -> bool:
        """Tell whether a file is the program's own."""
        return Path(file).is_relative_to(self._folder) and is_own(Path(file))

    def is_asked_for(self, file: str) -> bool:
        """Tell whether a file is one of those, or below one of those folders, named besides."""
        return any(Path(file).is_relative_to(each) for each in self._also)

    def sources(self) -> dict[str, str]:
        """Give the text of the files in which something ran, as it was when first asked for."""
        for file in list(self.known.values()):
            if file not in self._sources:
                self._sources[file] = read_source(file)
        return self._sources


class ModuleOf:
    """The module that a frame belongs to. In a notebook every cell is a file of the one module.

    Args:
        frame: A frame of the module.
    """

    def __init__(self, frame: FrameType) -> None:
        self._module: dict[str, Any] = frame.f_globals
        self._written = list(codes_in(outermost(frame).f_code))
        self.known: dict[str, str] = {frame.f_code.co_filename: frame.f_code.co_filename}

    def owns(self, frame: FrameType) -> bool:
        """Tell whether the frame's code is of the module, and there is a text to show for it."""
        if frame.f_globals is not self._module:
            return False
        file = frame.f_code.co_filename
        # A dataclass's __init__ is of the module, too, but nobody wrote it. Under `python -c` it
        # shares its file's name, and on 3.13 that file's text, with the program.
        if file == "<string>":
            return any(code is frame.f_code for code in self._written)
        if file in self.known:
            return True
        if not linecache.getlines(file):
            return False
        self.known[file] = file
        return True

    def sources(self) -> dict[str, str]:
        """Give the text of the files in which something ran."""
        return {file: "".join(linecache.getlines(file)) for file in list(self.known)}


def outermost(frame: FrameType) -> FrameType:
    """Find the frame that runs a frame's module; else, where that is over, the frame itself."""
    caller: FrameType | None = frame
    while caller is not None:
        if caller.f_globals is frame.f_globals and caller.f_code.co_name == "<module>":
            return caller
        caller = caller.f_back
    return frame


def codes_in(code: CodeType) -> Iterator[CodeType]:
    """Give a code object and all that are written inside it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from codes_in(constant)


def read_source(path: str) -> str:
    """Read a Python file, in the encoding that it declares."""
    try:
        with tokenize.open(path) as file:
            return file.read()
    except (OSError, SyntaxError, UnicodeDecodeError) as problem:
        reason = getattr(problem, "strerror", None) or problem
        raise CannotRun(f"can't record {Path(path)}: {reason}") from problem
