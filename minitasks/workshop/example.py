"""An example: what hypothesis found, as a short program that can be pasted and run.

It is the failing test's own body, with the arguments filled in, and what the body uses.
"""

import ast
import keyword
import re
import symtable
from collections.abc import Iterator
from pathlib import Path

from minitasks.workshop.catalog import Definition, Exercise, Function, definitions, text_of

# Arguments of a test that are not drawn but given by fixtures.
GIVEN = {"exercise", "anyio_backend"}


def program(
    exercise: Exercise, test: str, arguments: dict[str, str], file: Path, backend: str = "asyncio"
) -> str:
    """Write the program that fails as a test did, given the source text of each argument.

    Empty if hypothesis drew none, or if the test has fixtures of its own.
    """
    drawn = {name: text for name, text in arguments.items() if name not in GIVEN}
    if not drawn:
        return ""
    tree = Shorter().visit(ast.parse(text_of(exercise.grader)))
    function = definitions(tree).get(test)
    if not isinstance(function, Function):
        return ""
    names = {argument.arg for argument in (*function.args.args, *function.args.kwonlyargs)}
    if not names <= GIVEN | drawn.keys():
        return ""

    is_async = isinstance(function, ast.AsyncFunctionDef)
    body = function.body
    return "\n".join(
        [
            f"# save as again.py in {file.parent} and run: python again.py",
            *(["import anyio"] if is_async else []),
            imported(file),
            *(ast.unparse(node) for node in needed(body, tree)),
            f"{'async ' if is_async else ''}def main():",
            *(f"    {name} = {text}" for name, text in drawn.items()),
            *(f"    {line}" for node in body for line in ast.unparse(node).splitlines()),
            f"anyio.run(main, backend={backend!r})" if is_async else "main()",
        ]
    )


def imported(file: Path) -> str:
    """Write the line that imports a file as `exercise`, whatever its name."""
    if file.suffix == ".py" and file.stem.isidentifier() and not keyword.iskeyword(file.stem):
        return f"import {file.stem} as exercise" if file.stem != "exercise" else "import exercise"
    run = f"runpy.run_path({file.name!r})"
    return f"import runpy, types\nexercise = types.SimpleNamespace(**{run})"


def needed(body: list[ast.stmt], tree: ast.Module) -> list[ast.stmt]:
    """List the statements of a module that a body needs, directly or not, in file order."""
    defined = {name: node for node in tree.body for name in names_defined(node)}
    wanted = {name for node in body for name in names_read(node)}
    found: set[ast.stmt] = set()
    while new := {defined[name] for name in wanted & defined.keys()} - found:
        found |= new
        wanted |= {name for node in new for name in names_read(node)}
    return [node for node in tree.body if node in found and ast.unparse(node) != "import anyio"]


def names_defined(node: ast.stmt) -> list[str]:
    symbols = symtable.symtable(ast.unparse(node), "", "exec").get_symbols()
    return [each.get_name() for each in symbols if each.is_assigned() or each.is_imported()]


def names_read(node: ast.AST) -> Iterator[str]:
    return (part.id for part in ast.walk(node) if isinstance(part, ast.Name))


class Shorter(ast.NodeTransformer):
    """Takes annotations and docstrings out of code: the program should be short."""

    def visit_arg(self, node: ast.arg) -> ast.arg:
        return ast.arg(node.arg)

    def visit_definition(self, node: Definition) -> ast.AST:
        # A dataclass is made of its annotations.
        if isinstance(node, ast.ClassDef) and node.decorator_list:
            return node
        if isinstance(node, Function):
            node.returns = None
        self.generic_visit(node)
        node.body = node.body or [ast.Pass()]
        return node

    visit_FunctionDef = visit_AsyncFunctionDef = visit_ClassDef = visit_definition

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        if node.value is None:
            return None
        return ast.copy_location(ast.Assign([node.target], node.value), node)

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        is_text = isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        return None if is_text else node


def names_used(grader: str, test: str) -> list[str]:
    """List the names of the learner's module that a test uses, in order: X of `exercise.X`."""
    function = definitions(ast.parse(grader)).get(test)
    source = ast.get_source_segment(grader, function) if function else None
    return re.findall(r"\bexercise\.(\w+)", source or "")
