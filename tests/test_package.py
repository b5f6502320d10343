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
CORE_MODULES = [f"minitasks.{Path(name).stem}" for name in CORE]
Function = ast.FunctionDef | ast.AsyncFunctionDef
FORBIDDEN = (
    *(ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.IfExp),
    *(ast.NamedExpr, ast.Yield, ast.Global, ast.Nonlocal),
)


def code_lines(source: str) -> int:
    """Count the lines that hold code: not those blank, of comments or of docstrings."""
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.string.strip() and token.type != tokenize.COMMENT:
            lines.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            lines.difference_update(range(node.lineno, (node.end_lineno or 0) + 1))
    return len(lines)


def hard_to_step(source: str) -> Iterator[str]:
    """Name what makes a file hard to step through, with its line."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, FORBIDDEN):
            yield f"{type(node).__name__}, line {getattr(node, 'lineno', '?')}"
        if isinstance(node, ast.Return) and isinstance(node.value, ast.Await):
            yield f"`return await`, line {node.lineno}"
        if isinstance(node, ast.Call) and node.lineno != node.end_lineno:
            yield f"a call split over lines, line {node.lineno}"
        if isinstance(node, Function):
            yield from hard_in_function(node)


def hard_in_function(function: Function) -> Iterator[str]:
    nodes = list(ast.walk(function))
    if function.decorator_list:
        yield f"a decorator, on {function.name}"
    if sum(isinstance(node, Function) for node in nodes) > 1:
        yield f"a closure, in {function.name}"
    names = [node for node in nodes if isinstance(node, ast.Name)]
    bound = {name.id for name in names if isinstance(name.ctx, ast.Store)}
    for parameter in {node.arg for node in nodes if isinstance(node, ast.arg)} & bound:
        yield f"the parameter {parameter} bound again, in {function.name}"


@pytest.mark.parametrize("name", CORE)
def test_the_core_is_plain_enough_to_step_through(name: str) -> None:
    """One thing a line; no decorators, closures, comprehensions, ternaries, no rebinding."""
    assert list(hard_to_step((PACKAGE / name).read_text("utf-8"))) == []


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("async def f(): return await g()", "`return await`, line 1"),
        ("f(1,\n  2)", "a call split over lines, line 1"),
        ("x = 1 if y else 2", "IfExp, line 1"),
        ("x = [y for y in z]", "ListComp, line 1"),
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
            imported.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            imported.add(node.module or "")

    packages = {name.partition(".")[0] for name in imported}
    assert packages - set(sys.stdlib_module_names) <= {"anyio", "minitasks"}


def test_importing_it_imports_no_more_than_it_needs() -> None:
    """A program that imports the core gets none of its tools, nor Starlette."""
    program = "import sys, minitasks; print(*sys.modules)"
    output = subprocess.check_output([sys.executable, "-c", program], text=True).split()

    ours = {name for name in output if name.partition(".")[0] == "minitasks"}
    assert ours == {"minitasks", *CORE_MODULES}
    assert not {"starlette", "trio", "click", "rich"} & set(output)


SHOWING = (
    "docs.snippets.faster",
    *(f"minitasks.timeline.{name}" for name in ("calls", "record", "reprs")),
)


@pytest.mark.parametrize("name", [*CORE_MODULES, *SHOWING])
def test_the_examples_in_the_docstrings_run(name: str) -> None:
    """What a docstring shows is what happens."""
    failed, attempted = doctest.testmod(importlib.import_module(name))
    assert attempted > 0
    assert failed == 0


@pytest.mark.parametrize("name", ["minitasks", "docs.snippets.faster"])
def test_the_public_names_are_three(name: str) -> None:
    """These are imported, also from the fast core, which can stand wherever the core does."""
    module = importlib.import_module(name)
    assert module.__all__ == ["BackgroundTask", "BackgroundTasks", "run_in_threadpool"]
    assert all(hasattr(module, each) for each in module.__all__)


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
    )
    assert linted.returncode == 0, linted.stdout
