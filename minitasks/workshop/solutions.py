"""Solutions: how a learner's code differs from them and from Starlette's, or takes them over."""

import ast
import difflib
import importlib.resources
from collections.abc import Collection, Iterator
from pathlib import Path

from minitasks.errors import CannotRun
from minitasks.workshop.catalog import Exercise, definitions, text_of

# Who has ready-made what the exercises rebuild, and where Starlette has it.
LIBRARIES = ("starlette", "fastapi", "minitasks")
STARLETTE = ("background.py", "concurrency.py", "_utils.py")


def difference(mine: str, other: str, name: str) -> str:
    old, new = mine.splitlines(keepends=True), other.splitlines(keepends=True)
    return "".join(difflib.unified_diff(old, new, "exercise.py", name))


def difference_to_starlette(file: Path) -> str:
    """Compare each definition of a file with the one of that name in Starlette as installed."""
    starlette = importlib.resources.files("starlette")
    theirs = {
        name: (part, f"starlette/{module}")
        for module in STARLETTE
        for name, part in sources((starlette / module).read_text("utf-8")).items()
    }
    both = {name: part for name, part in sources(text_of(file)).items() if name in theirs}
    if not both:
        raise CannotRun(
            f"Starlette has nothing that {file} defines: minitasks workshop diff compares it with "
            "the solution"
        )
    return "".join(difference(part, *theirs[name]) for name, part in both.items())


def delegates_to(file: Path, exercise: Exercise) -> str:
    """Name what a file takes ready-made that its exercise's solution defines; empty if nothing.

    As in "BackgroundTask of starlette.background".
    """
    wanted = sources(text_of(exercise.solution)).keys()
    allowed = set(ready_made(text_of(exercise.stub), wanted))
    found = (each for each in ready_made(text_of(file), wanted) if each not in allowed)
    return next(found, "")


def ready_made(source: str, wanted: Collection[str]) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in LIBRARIES:
            yield from (
                f"{each.name} of {node.module}" for each in node.names if each.name in wanted
            )
        elif isinstance(node, ast.Attribute) and node.attr in wanted:
            module = ast.unparse(node.value)
            if module.split(".")[0] in LIBRARIES:
                yield f"{node.attr} of {module}"


def sources(program: str) -> dict[str, str]:
    """Give the source text of what a program defines, by its name."""
    try:
        tree = ast.parse(program)
    except SyntaxError as problem:
        where = f"line {problem.lineno}: {problem.msg}"
        raise CannotRun(f"the file can't be parsed: {where}") from problem
    return {
        name: f"{ast.get_source_segment(program, node)}\n"
        for name, node in definitions(tree).items()
    }
