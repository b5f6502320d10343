"""Solutions: when they open, and how a learner's code differs from them and from Starlette's."""

import ast
import difflib
import importlib.util
from collections.abc import Collection, Iterator
from pathlib import Path

from minitasks.errors import INSTALL, CannotRun
from minitasks.workshop.catalog import Exercise, text_of
from minitasks.workshop.folder import Workshop
from minitasks.workshop.journal import TRIES_FOR_SOLUTION, Event, now

# Who has ready-made what the exercises rebuild, and where Starlette has it.
LIBRARIES = ("starlette", "fastapi", "minitasks")
STARLETTE = ("background.py", "concurrency.py", "_utils.py")


def opened(workshop: Workshop, exercise: Exercise, anyway: bool) -> str:
    """Open the solution of an exercise, note how, and give its text.

    Args:
        workshop: The learner's folder.
        exercise: The exercise.
        anyway: Open it even before its time.

    Raises:
        CannotRun: It is too early.
    """
    progress = workshop.progress_in(exercise)
    how = progress.solution_opens() or ("anyway" if anyway else None)
    if how is None:
        left = TRIES_FOR_SOLUTION - progress.tries
        raise CannotRun(
            f"the solution opens after a pass, or when {left} more of your own tries have failed; "
            "minitasks workshop hint helps, --anyway opens it now"
        )
    workshop.keep(Event(now(), "solution", exercise.name, how))
    return text_of(exercise.solution)


def difference(mine: str, other: str, name: str) -> str:
    """Compare two texts, line by line, as a unified diff."""
    return "".join(
        difflib.unified_diff(
            mine.splitlines(keepends=True), other.splitlines(keepends=True), "exercise.py", name
        )
    )


def difference_to_solution(file: Path, solution: str) -> str:
    """Compare a learner's file with the solution, as a unified diff."""
    return difference(text_of(file), solution, "solution.py")


def difference_to_starlette(file: Path) -> str:
    """Compare each definition of a file with the one of that name in Starlette as installed."""
    theirs = {
        name: (part, f"starlette/{module}")
        for module in STARLETTE
        for name, part in definitions(text_of(starlette_folder() / module)).items()
    }
    return "".join(
        difference(f"{part}\n", f"{theirs[name][0]}\n", theirs[name][1])
        for name, part in definitions(text_of(file)).items()
        if name in theirs
    )


def starlette_folder() -> Path:
    """Find the installed Starlette, without importing it."""
    spec = importlib.util.find_spec("starlette")
    if spec is None or spec.origin is None:
        raise CannotRun(f"Starlette is missing: {INSTALL.format('workshop')}")
    return Path(spec.origin).parent


def delegates_to(file: Path, exercise: Exercise) -> str:
    """Name what a file takes ready-made that its exercise is about; empty if it takes nothing.

    Args:
        file: A learner's file that can be parsed.
        exercise: The exercise: what its solution defines is to be written.

    Example:
        For `from starlette.background import BackgroundTask` in exercise background_task:
        "BackgroundTask of starlette.background".
    """
    wanted = definitions(text_of(exercise.solution)).keys()
    allowed = set(ready_made(text_of(exercise.stub), wanted))
    found = [each for each in ready_made(text_of(file), wanted) if each not in allowed]
    return found[0] if found else ""


def ready_made(source: str, wanted: Collection[str]) -> Iterator[str]:
    """Give the names among some that a source takes from a library that has them."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in LIBRARIES:
            yield from (
                f"{each.name} of {node.module}" for each in node.names if each.name in wanted
            )
        elif isinstance(node, ast.Attribute) and node.attr in wanted:
            module = ast.unparse(node.value)
            if module.split(".")[0] in LIBRARIES:
                yield f"{node.attr} of {module}"


def definitions(source: str) -> dict[str, str]:
    """Give the source of each function and class of a module."""
    try:
        tree = ast.parse(source)
    except SyntaxError as problem:
        raise CannotRun(
            f"the file can't be parsed: line {problem.lineno}: {problem.msg}"
        ) from problem
    return {
        node.name: ast.get_source_segment(source, node) or ""
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    }
