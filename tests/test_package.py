"""What the package promises of itself: how short and how plain the core is, and what it imports.

A learner stands on every line of the core in a debugger. So the rules for these three files are
stricter than usual, and a test reads the files for each of them.
"""

import ast
import doctest
import importlib.util
import io
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

import minitasks
from tests.implementations import FASTER_FILE
from tests.parts import need_part

PACKAGE = Path(minitasks.__file__).parent
CORE = ("background.py", "concurrency.py", "dispatch.py")
NOT_CODE = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
}
FORBIDDEN = {
    ast.Lambda: "a lambda",
    ast.ListComp: "a comprehension",
    ast.SetComp: "a comprehension",
    ast.DictComp: "a comprehension",
    ast.GeneratorExp: "a comprehension",
    ast.IfExp: "a ternary",
    ast.NamedExpr: "an assignment within an expression",
    ast.Yield: "a yield",
    ast.Global: "a global",
    ast.Nonlocal: "a nonlocal",
}


def docstring_lines(tree: ast.Module) -> set[int]:
    """Find the lines that docstrings stand on."""
    lines: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0]
            if ast.get_docstring(node) is not None:
                lines.update(range(first.lineno, (first.end_lineno or 0) + 1))
    return lines


def code_lines(source: str) -> int:
    """Count the lines that hold code: not those blank, of comments or of docstrings."""
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in NOT_CODE:
            lines.update(range(token.start[0], token.end[0] + 1))
    return len(lines - docstring_lines(ast.parse(source)))


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Walk through all functions and methods."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def assigned_names(function: ast.AST) -> set[str]:
    """Find the names that a function binds in its body."""
    return {
        node.id
        for node in ast.walk(function)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }


def parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    """List the names of a function's parameters."""
    arguments = function.args
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    rest = [each for each in (arguments.vararg, arguments.kwarg) if each is not None]
    return {argument.arg for argument in [*named, *rest]}


def hard_to_step(source: str) -> Iterator[str]:
    """Name what makes a file hard to step through, with its line."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if type(node) in FORBIDDEN:
            yield f"{FORBIDDEN[type(node)]}, line {getattr(node, 'lineno', '?')}"
        if isinstance(node, ast.Return) and isinstance(node.value, ast.Await):
            yield f"`return await`, line {node.lineno}"
        if isinstance(node, ast.Call) and node.lineno != node.end_lineno:
            yield f"a call split over lines, line {node.lineno}"
    for function in functions(tree):
        if function.decorator_list:
            yield f"a decorator, on {function.name}"
        if any(inner is not function for inner in functions(function)):
            yield f"a closure, in {function.name}"
        for name in parameters(function) & assigned_names(function):
            yield f"the parameter {name} bound again, in {function.name}"


@pytest.mark.parametrize("name", CORE)
def test_the_core_is_plain_enough_to_step_through(name: str) -> None:
    """One thing a line; no decorators, closures, comprehensions, ternaries, no rebinding."""
    assert list(hard_to_step((PACKAGE / name).read_text("utf-8"))) == []


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("async def f(): return await g()", "`return await`, line 1"),
        ("f(1,\n  2)", "a call split over lines, line 1"),
        ("x = 1 if y else 2", "a ternary, line 1"),
        ("x = [y for y in z]", "a comprehension, line 1"),
        ("@d\ndef f(): pass", "a decorator, on f"),
        ("def f():\n  def g(): pass", "a closure, in f"),
        ("def f(a):\n  a = 1", "the parameter a bound again, in f"),
        ("def f(*a):\n  for a in b: pass", "the parameter a bound again, in f"),
    ],
)
def test_the_rules_see_what_breaks_them(source: str, complaint: str) -> None:
    """The rules above are no empty words."""
    assert list(hard_to_step(source)) == [complaint]


def test_the_core_is_sixty_lines_at_most() -> None:
    """Three files, read in one sitting: neither blank lines count nor comments nor docstrings."""
    assert sum(code_lines((PACKAGE / name).read_text("utf-8")) for name in CORE) <= 60


def test_lines_of_code_are_counted_as_one_counts_them() -> None:
    """Docstrings, comments and blank lines are no code; a statement's every line is."""
    three_of_code = '"""Doc.\n\nMore.\n"""\n\n# Why.\nx = (\n    1,\n)\n'
    three_more = '\ndef f():\n    """Doc."""\n    y = """a\nb"""\n'
    assert code_lines(three_of_code + three_more) == 6


@pytest.mark.parametrize("name", [*CORE, FASTER_FILE])
def test_the_core_imports_anyio_and_the_standard_library_alone(name: str | Path) -> None:
    """Nothing else need be installed, and nothing else need be known to read it."""
    imported: set[str] = set()
    for node in ast.walk(ast.parse((PACKAGE / name).read_text("utf-8"))):
        if isinstance(node, ast.Import):
            imported.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            imported.add((node.module or "").partition(".")[0])

    assert imported - set(sys.stdlib_module_names) <= {"anyio", "minitasks"}


def test_importing_it_imports_no_more_than_it_needs() -> None:
    """A program that imports the core gets none of its tools, nor Starlette."""
    program = "import sys, minitasks; print(*sys.modules)"
    output = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout.split()

    ours = {name for name in output if name.partition(".")[0] == "minitasks"}
    assert ours == {"minitasks", *(f"minitasks.{Path(name).stem}" for name in CORE)}
    assert not {"starlette", "trio", "click", "rich"} & set(output)


@pytest.mark.parametrize(
    "name", [*(f"minitasks.{Path(name).stem}" for name in CORE), "docs.snippets.faster"]
)
def test_the_examples_in_the_docstrings_run(name: str) -> None:
    """What a docstring shows is what happens."""
    failed, attempted = doctest.testmod(importlib.import_module(name))
    assert attempted > 0
    assert failed == 0


def test_the_public_names_are_three() -> None:
    """These are imported from the package; everything else is for reading."""
    assert minitasks.__all__ == ["BackgroundTask", "BackgroundTasks", "run_in_threadpool"]
    assert all(hasattr(minitasks, name) for name in minitasks.__all__)


def test_the_fast_names_are_the_same() -> None:
    """The fast core can stand wherever the core does."""
    assert importlib.import_module("docs.snippets.faster").__all__ == minitasks.__all__


def test_the_package_tells_type_checkers_that_it_is_typed() -> None:
    """py.typed is there, so that a user's mypy believes our types."""
    assert (PACKAGE / "py.typed").is_file()


def test_no_part_imports_what_stands_above_it() -> None:
    """The rules of pyproject.toml: arrows point down only."""
    need_part(importlib.util.find_spec("importlinter"), "import-linter is missing: pip install it")
    linted = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"],
        cwd=PACKAGE.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert linted.returncode == 0, linted.stdout
