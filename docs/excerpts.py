"""Excerpts: a page shows real code by its name, never by its line number. A Markdown extension.

- `{{ excerpt minitasks/background.py BackgroundTask.__call__ }}` becomes the source of that
  function, class or constant; without a name, of the whole file. With `code` at its end,
  docstrings are left out.
- `{{ scenario frozen-loop }}` becomes the scenario's promise, what to look for, and its replay.
- `{{ tour frozen-loop }}` becomes the scenario's tour: its stops, and what is said at each.

What is not there stops the build.
"""

import ast
import re
import textwrap
from pathlib import Path
from typing import Any

from markdown import Extension, Markdown
from markdown.preprocessors import Preprocessor

from minitasks.scenarios import find_scenario
from minitasks.tour.listing import tour_as_markdown

ROOT = Path(__file__).parents[1]
EXCERPT = re.compile(r"(\s*)\{\{ excerpt (\S+)(?: (?!code )(\S+))?( code)? \}\}")
SCENARIO = re.compile(r"\{\{ scenario (\S+) \}\}")
TOUR = re.compile(r"\{\{ tour (\S+) \}\}")

Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
Node = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Assign | ast.AnnAssign


class NoSuchCode(Exception):
    """A page names code that is not there."""


def excerpt(path: str, name: str | None = None, code_only: bool = False) -> str:
    """Give the source of what has this name in a file.

    Args:
        path: The file, seen from the repository's root.
        name: A function, class, constant or `Class.method`; None for the whole file.
        code_only: Leave docstrings out.

    Raises:
        NoSuchCode: There is no such file, or nothing of that name in it.

    Example:
        >>> print(excerpt("minitasks/concurrency.py", "T"))
        T = TypeVar("T")
    """
    file = ROOT / path
    if not file.is_file():
        raise NoSuchCode(f"there is no file {path}")

    source = file.read_text()
    lines = source.splitlines()
    tree: ast.AST = ast.parse(source)
    first, last = 1, len(lines)
    for part in name.split(".") if name else ():
        tree = find(tree, part, path)
        first, last = span(tree)

    hidden = docstring_lines(tree) if code_only else set()
    shown = [lines[number - 1] for number in range(first, last + 1) if number not in hidden]
    return textwrap.dedent("\n".join(shown)).strip("\n")


def find(scope: ast.AST, name: str, path: str) -> Node:
    """Find what is defined directly in a module or class under this name."""
    for node in ast.iter_child_nodes(scope):
        if isinstance(node, Node) and name in names(node):
            return node
    raise NoSuchCode(f"there is no {name} in {path}")


def names(node: Node) -> set[str]:
    """Name what a definition or an assignment defines."""
    if isinstance(node, ast.Assign):
        return {target.id for target in node.targets if isinstance(target, ast.Name)}
    if isinstance(node, ast.AnnAssign):
        return {node.target.id} if isinstance(node.target, ast.Name) else set()
    return {node.name}


def span(node: ast.AST) -> tuple[int, int]:
    """Give the first and the last line of a definition, its decorators included."""
    assert isinstance(node, Node)
    decorators = getattr(node, "decorator_list", [])
    first = min([node.lineno, *(decorator.lineno for decorator in decorators)])
    return first, node.end_lineno or first


def docstring_lines(scope: ast.AST) -> set[int]:
    """Number the lines of the docstrings in a piece of code."""
    lines: set[int] = set()
    for node in ast.walk(scope):
        if isinstance(node, Documented) and ast.get_docstring(node) is not None:
            docstring = node.body[0]
            # A class has a blank line behind its docstring.
            behind = (docstring.end_lineno or 0) + 1 + isinstance(node, ast.ClassDef)
            lines.update(range(docstring.lineno, behind))
    return lines


def scenario(name: str) -> str:
    """Give the part of a page that tells of a scenario and shows its replay."""
    shown = find_scenario(name)
    # Markdown wants a blank line ahead of a list.
    look_for = shown.look_for.replace(":\n", ":\n\n", 1)
    source = f'src="replays/{name}.html" title="Replay: {name}"'
    frame = f'<iframe class="replay" {source} loading="lazy"></iframe>'
    return f"**{shown.promise}**\n\n{look_for}\n\n{frame}"


class Excerpts(Preprocessor):
    """Replaces directives before Markdown looks at the page, so that they work in a code fence."""

    def run(self, lines: list[str]) -> list[str]:
        """Replace each line that is a directive by the lines that it asks for."""
        return [shown for line in lines for shown in expand(line)]


def expand(line: str) -> list[str]:
    """Give the lines that stand for one line of a page."""
    if found := EXCERPT.fullmatch(line):
        indent, path, name, code = found.groups()
        return textwrap.indent(excerpt(path, name, code_only=bool(code)), indent).splitlines()
    if found := SCENARIO.fullmatch(line):
        return scenario(found[1]).splitlines()
    if found := TOUR.fullmatch(line):
        return tour_as_markdown(found[1]).splitlines()
    if "{{" in line:
        raise NoSuchCode(f"not a directive: {line.strip()}")
    return [line]


class ExcerptExtension(Extension):
    """Registers the preprocessor ahead of fences, whose priority is 25."""

    def extendMarkdown(self, md: Markdown) -> None:
        """Add the preprocessor."""
        md.preprocessors.register(Excerpts(md), "excerpts", 30)


def makeExtension(**options: Any) -> ExcerptExtension:
    """Make the extension: the name that Markdown looks for."""
    return ExcerptExtension(**options)
