"""Own program: the code of a learner's own program or application, and where it calls the core."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from minitasks.errors import CannotRun
from minitasks.scenarios.application import imports_of
from minitasks.scenarios.library import is_own, library_files

APPLICATIONS = {"FastAPI", "Starlette"}
NOTES = {
    "BackgroundTask": "A call of {name} is kept for later: nothing of it runs yet.",
    "BackgroundTasks": "A list of tasks is made, to be awaited later.",
    "add_task": "A call of {name} is put at the end of the list: nothing of it runs yet.",
    "run_in_threadpool": "A call of {name} goes to a worker thread when this is awaited.",
}


@dataclass(frozen=True)
class Call:
    """A call of the core in a program: its first and last line, and what to say of it.

    One in a lambda is made when that runs, and not by the code round it.
    """

    line: int
    end: int
    note: str
    in_lambda: bool


class OwnCode:
    """The files of a program: all below its folder, but for installed packages; and the core's.

    Args:
        folder: Where the program's own code is.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.library = [file.resolve() for file in library_files()]
        self._calls: dict[str, dict[tuple[int, bool], Call]] = {}  # by each of their lines
        self._own: dict[str, bool] = {}

    def is_own(self, filename: str) -> bool:
        """Tell whether a code's filename is one of the program's own."""
        if filename not in self._own:
            path = Path(filename).resolve()
            own = path.is_relative_to(self.folder) and is_own(path) and path.is_file()
            self._own[filename] = own
        return self._own[filename]

    def forget(self) -> None:
        """Read the files anew when they are next asked for: they may have been changed."""
        self._calls.clear()

    def call_at(self, filename: str, line: int, in_lambda: bool) -> Call | None:
        """Find the call of the core that a line, or a lambda on it, belongs to."""
        if filename not in self._calls:
            calls = calls_of(Path(filename)) if self.is_own(filename) else []
            # Where one is within another, the outer one counts.
            self._calls[filename] = {
                (each, call.in_lambda): call
                for call in reversed(calls)
                for each in range(call.line, call.end + 1)
            }
        return self._calls[filename].get((line, in_lambda))


def calls_of(path: Path) -> list[Call]:
    """List the calls of the core in a file, by their lines."""
    return sorted(calls_in(parse(path)), key=lambda call: call.line)


def parse(path: Path) -> ast.Module:
    if not path.is_file():
        raise CannotRun(f"there is no file {path}")
    try:
        return ast.parse(path.read_bytes())
    except SyntaxError as error:
        line = f", line {error.lineno}" if error.lineno else ""
        raise CannotRun(f"{path.name}{line} is not Python: {error.msg}") from error
    except ValueError as error:
        raise CannotRun(f"{path.name} is not Python: {error}") from error


def check_calls(path: Path) -> None:
    """Refuse a program that names nothing of the core, in none of its own modules."""
    nodes = (node for file in modules_of(path) for node in ast.walk(parse(file)))
    if not any(isinstance(node, ast.expr) and name_of(node) in NOTES for node in nodes):
        names = ", ".join(NOTES)
        raise CannotRun(f"{path.name} calls none of {names}: there is nothing to stop at")


def why_no_stop(path: Path) -> str:
    """Say why a program may never come to its calls of the core, or "" where nothing tells."""
    nodes = list(ast.walk(parse(path)))
    options = {node.arg for node in nodes if isinstance(node, ast.keyword)}
    names = {node.name for node in nodes if isinstance(node, ast.FunctionDef)}
    calls = {name_of(node.func) for node in nodes if isinstance(node, ast.Call)}
    if options & {"reload", "workers"}:
        return "With reload or workers a server starts other processes: leave them out."
    if any(name.startswith("test_") for name in names):
        return "pytest runs its tests, and python does not: call one at its end."
    if calls & APPLICATIONS:
        serve = f"minitasks step {path.stem}:NAME"
        return f"It starts no server: `{serve}` serves its application NAME."
    return ""


def modules_of(path: Path) -> list[Path]:
    """List a program's file and the modules that it imports from its own folder."""
    found = [path]
    for file in found:
        for name in imports_of(parse(file)):
            module = path.parent.joinpath(*name.split("."))
            files = [module.with_suffix(".py"), module / "__init__.py"]
            found += [each for each in files if each.is_file() and each not in found]
    return found


def calls_in(tree: ast.Module) -> Iterator[Call]:
    """Give the calls of the core, each on the line of its innermost statement."""
    for statement in ast.walk(tree):
        if isinstance(statement, ast.stmt):
            for node, in_lambda in own_expressions(statement):
                if isinstance(node, ast.Call) and name_of(node.func) in NOTES:
                    handed_over = name_of(node.args[0]) if node.args else ""
                    note = NOTES[name_of(node.func)].format(name=handed_over or "a function")
                    end = node.end_lineno or statement.lineno
                    yield Call(statement.lineno, end, note, in_lambda)


def own_expressions(node: ast.AST, in_lambda: bool = False) -> Iterator[tuple[ast.AST, bool]]:
    """Give the expressions of a statement, not those of the statements within it.

    With each comes whether a lambda evaluates it.
    """
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.stmt):
            inside = in_lambda or (isinstance(node, ast.Lambda) and child is node.body)
            yield child, inside
            yield from own_expressions(child, inside)


def name_of(node: ast.expr) -> str:
    """Give the last part of a name: "add_task" of `tasks.add_task`, "f" of `partial(f, 1)`."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Call) and node.args and name_of(node.func) == "partial":
        return name_of(node.args[0])
    return ""
