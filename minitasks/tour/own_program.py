"""Program: the stops of a learner's own program, found where it calls the core.

Each call of `add_task` and its like is a stop, and so is the first line of every function that the
program hands over in one: there one sees on which thread it runs.
"""

import ast
import runpy
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from minitasks.errors import CannotRun
from minitasks.scenarios.library import load_library
from minitasks.tour.stops import Breakpoint, Function, Stop, functions_in, lines_of

NOTES = {
    "BackgroundTask": "A call of {name} is kept for later: nothing of it runs yet.",
    "BackgroundTasks": "A list of tasks is made, to be awaited later.",
    "add_task": "A call of {name} is put at the end of the list: nothing of it runs yet.",
    "run_in_threadpool": "{name} goes to a worker thread, and is awaited here.",
}
RUNS = "Now {name} runs, on the thread that the heading names. w shows who waits for it."

# The libraries whose files to step through, by the package that a program imports.
LIBRARIES = {"minitasks": "minitasks", "starlette": "starlette", "fastapi": "starlette"}


@dataclass(frozen=True)
class Call:
    """A call of the core in a program: its line, the name called, and the function handed over."""

    line: int
    name: str
    handed_over: str


def find_own_breakpoints(path: Path) -> list[Breakpoint]:
    """Find where a program calls the core.

    Args:
        path: The program.

    Raises:
        CannotRun: It is not there, is not Python, or calls nothing of the core.
    """
    if not path.is_file():
        raise CannotRun(f"there is no file {path}")
    tree = parse(path)
    calls = sorted(calls_in(tree), key=lambda call: call.line)
    functions = dict(functions_in(tree))
    # The calls first: most of what they hand over runs later.
    notes = {call.line: note_of(call) for call in calls}
    for call in calls:
        line = first_line(call.handed_over, functions)
        if line is not None:
            notes.setdefault(line, RUNS.format(name=call.handed_over))
    if not notes:
        names = ", ".join(NOTES)
        raise CannotRun(f"{path.name} calls none of {names}: there is nothing to stop at")
    return [
        Breakpoint(number, Stop("", "", "", note), path.resolve(), line)
        for number, (line, note) in enumerate(notes.items(), start=1)
    ]


def note_of(call: Call) -> str:
    """Say what a call does, with the name of the function handed over where it is plain."""
    return NOTES[call.name].format(name=call.handed_over or "a function")


def parse(path: Path) -> ast.Module:
    """Parse a program."""
    try:
        return ast.parse(path.read_text(encoding="utf-8"))
    except (SyntaxError, UnicodeDecodeError) as error:
        line = f", line {error.lineno}" if isinstance(error, SyntaxError) else ""
        raise CannotRun(f"{path.name}{line} is not Python: {error}") from error


def calls_in(tree: ast.Module) -> Iterator[Call]:
    """Give the calls of the core, each on the line of its innermost statement."""
    for statement in ast.walk(tree):
        if isinstance(statement, ast.stmt):
            for node in own_expressions(statement):
                if isinstance(node, ast.Call) and name_of(node.func) in NOTES:
                    handed_over = name_of(node.args[0]) if node.args else ""
                    yield Call(statement.lineno, name_of(node.func), handed_over)


def own_expressions(node: ast.AST) -> Iterator[ast.AST]:
    """Give the expressions of a statement, but not those of the statements within it."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.stmt):
            yield child
            yield from own_expressions(child)


def name_of(node: ast.expr) -> str:
    """Give the last part of a name: "add_task" of `tasks.add_task`, "f" of `partial(f, 1)`."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Call) and node.args and name_of(node.func) == "partial":
        return name_of(node.args[0])
    return ""


def first_line(name: str, functions: dict[str, Function]) -> int | None:
    """Find the first line of a function of the program by the last part of its name."""
    for qualname, function in functions.items():
        if name and qualname.split(".")[-1] == name:
            return next(lines_of(function), None)
    return None


def library_files(path: Path) -> list[Path]:
    """List the files of the core that a program imports: minitasks's, Starlette's, or both."""
    imported = {name.split(".")[0] for name in imports_of(parse(path))}
    choices = dict.fromkeys(LIBRARIES[name] for name in LIBRARIES if name in imported)
    return [file for choice in choices for file in load_library(choice).files]


def imports_of(tree: ast.Module) -> Iterator[str]:
    """Give the modules that a program imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def run_program(path: Path, arguments: tuple[str, ...] = ()) -> None:
    """Run a program as `python path arguments` would, but in this process."""
    before = sys.argv, sys.path[:]
    sys.argv = [str(path), *arguments]
    sys.path.insert(0, str(path.parent))
    try:
        runpy.run_path(str(path), run_name="__main__")
    finally:
        sys.argv, sys.path[:] = before
