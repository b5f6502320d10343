"""Excerpts: pages hold real code as text, and cog keeps that text equal to the files.

`python docs/excerpts.py` brings every page up to date; with `--check` it only says which are not.
A page asks, in a comment that readers don't see, for one of these:

- `excerpt("minitasks/background.py", "BackgroundTask.__call__")`: the source of what has this name,
  of several names, or, without any, of the whole file. With `code=True` docstrings are left out.
- `scenario("frozen-loop")`: the scenario's promise, what to look for, its picture and its replay.
- `section("index.md", "Which one do I need?")`: what stands below a heading of another page.
- `predictions()`: each exercise's story and its program to predict.
"""

import ast
import re
import sys
import textwrap
from pathlib import Path

from cogapp import Cog  # type: ignore[import-untyped]

from minitasks.scenarios import find_scenario
from minitasks.workshop.catalog import exercises

DOCS = Path(__file__).parent
WIDTH = 88  # what fits a page's column
SIGNATURE = re.compile(r"( *)((?:async )?def \w+\()(.+)(\) -> .+:)")

Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
Named = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Assign | ast.AnnAssign


class NoSuchCode(Exception):
    """A page asks for code that is not there, or that is too wide for it."""


def main() -> int:
    """Bring the pages up to date, or check that they are; give cog's exit code."""
    mode = ["--check"] if "--check" in sys.argv else ["-r"]
    prologue = "from excerpts import excerpt, predictions, scenario, section"
    pages = [str(page) for page in sorted((DOCS / "pages").rglob("*.md"))]
    code: int = Cog().main(["cog", *mode, "-P", "-I", str(DOCS), "-p", prologue, *pages])
    return code


def excerpt(path: str, *names: str, code: bool = False) -> None:
    """Print a block with the source of what has these names in a file.

    Args:
        path: The file, seen from the repository's root.
        *names: Functions, classes, constants or `Class.method`; none for the whole file.
        code: Leave docstrings out.

    Raises:
        NoSuchCode: There is no such file, nothing of that name in it, or a line does not fit.
    """
    file = DOCS.parent / path
    if not file.is_file():
        raise NoSuchCode(f"there is no file {path}")
    shown = [source_of(file, name, code) for name in names or [""]]
    print("```python", *shown, "```", sep="\n")


def source_of(file: Path, name: str, code_only: bool) -> str:
    """Cut one name's source out of a file, flush left, and with no line wider than a page."""
    source = file.read_text()
    lines = source.splitlines()
    tree: ast.AST = ast.parse(source)
    first, last = 1, len(lines)
    for part in name.split(".") if name else ():
        tree = find(tree, part, file)
        first, last = span(tree)

    hidden = docstring_lines(tree) if code_only else set()
    shown = [lines[number - 1] for number in range(first, last + 1) if number not in hidden]
    wrapped = [wrap(line) for line in textwrap.dedent("\n".join(shown)).strip("\n").splitlines()]
    return "\n".join(wrapped)


def find(scope: ast.AST, name: str, file: Path) -> Named:
    """Find what is defined directly in a module or class under this name."""
    for node in ast.iter_child_nodes(scope):
        if isinstance(node, Named) and name in defined(node):
            return node
    raise NoSuchCode(f"there is no {name} in {file}")


def defined(node: Named) -> set[str]:
    """Name what a definition or an assignment defines."""
    if isinstance(node, ast.Assign):
        return {target.id for target in node.targets if isinstance(target, ast.Name)}
    if isinstance(node, ast.AnnAssign):
        return {node.target.id} if isinstance(node.target, ast.Name) else set()
    return {node.name}


def span(node: Named) -> tuple[int, int]:
    """Give the first and the last line of a definition, its decorators included."""
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


def wrap(line: str) -> str:
    """Give a line as it fits a page: a signature that is too wide gets its arguments on a line."""
    if len(line) <= WIDTH:
        return line
    found = SIGNATURE.fullmatch(line)
    if not found:
        raise NoSuchCode(f"wider than {WIDTH} characters: {line}")
    indent, head, arguments, tail = found.groups()
    return f"{indent}{head}\n{indent}    {arguments}\n{indent}{tail}"


def scenario(name: str) -> None:
    """Print the part of a page that tells of a scenario and shows its picture."""
    shown = find_scenario(name)
    # Markdown wants a blank line ahead of a list.
    look_for = shown.look_for.replace(":\n", ":\n\n", 1)
    picture = f"[![{name}, as a run drew it](images/{name}.svg)](images/{name}.svg)"
    replay = f"On the site: [step through a replay of it](replays/{name}.html)."
    print(f"\n**{shown.promise}**\n\n{look_for}\n\n{picture}\n\n{replay}\n")


def section(page: str, heading: str) -> None:
    """Print what stands below a heading of another page."""
    print(f"\n{below((DOCS / 'pages' / page).read_text(), heading)}\n")


def below(text: str, heading: str) -> str:
    """Cut out what stands between a heading of the second level and the next one."""
    found = re.search(
        rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL
    )
    if found is None:
        raise NoSuchCode(f"there is no heading {heading}")
    return found[1].strip()


def predictions() -> None:
    """Print each exercise's story and its program to predict, without its task."""
    for exercise in exercises():
        readme = (exercise.folder / "README.md").read_text()
        title = readme.partition("\n")[0].removeprefix("# ")
        print(f"\n## {exercise.number}. {title}\n\n{below(readme, 'Story')}\n")
        predict = below(readme, "Predict before coding").replace("<details>", "<details markdown>")
        print(f"**Predict.**\n\n{predict}\n")


if __name__ == "__main__":
    raise SystemExit(main())
