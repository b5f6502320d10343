"""What the package promises of itself: how short and how plain the core is, and what it imports.

A learner stands on every line of the core in a debugger. So the rules for these three files are
stricter than usual, and a test reads the files for each of them.
"""

import ast
import doctest
import importlib.util
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import minitasks

README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
PACKAGE = Path(minitasks.__file__).parent
CORE = ("background.py", "concurrency.py", "dispatch.py")
CORE_MODULES = [f"minitasks.{Path(name).stem}" for name in CORE]
Function = ast.FunctionDef | ast.AsyncFunctionDef
Definition = ast.ClassDef | Function
FORBIDDEN = (
    *(ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.IfExp),
    *(ast.NamedExpr, ast.Yield, ast.Global, ast.Nonlocal),
)


def without_docstrings(source: str) -> ast.Module:
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | Function) and ast.get_docstring(node):
            del node.body[0]
    return tree


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


BREAKS = {
    "async def f(): return await g()": "`return await`, line 1",
    "f(1,\n  2)": "a call split over lines, line 1",
    "x = 1 if y else 2": "IfExp, line 1",
    "x = [y for y in z]": "ListComp, line 1",
    "@d\ndef f(): pass": "a decorator, on f",
    "def f():\n  def g(): pass": "a closure, in f",
    "def f(a):\n  a = 1": "the parameter a bound again, in f",
    "def f(*a):\n  for a in b: pass": "the parameter a bound again, in f",
}


def test_the_core_is_plain_enough_to_step_through() -> None:
    """One thing a line; no decorators, closures, comprehensions, ternaries, no rebinding."""
    sources = [(PACKAGE / name).read_text("utf-8") for name in CORE]
    assert [list(hard_to_step(source)) for source in sources] == [[], [], []]
    assert [list(hard_to_step(source)) for source in BREAKS] == [[told] for told in BREAKS.values()]


def test_the_core_is_sixty_lines_at_most() -> None:
    """Three files, read in one sitting: neither blank lines count nor comments nor docstrings."""
    files = [without_docstrings((PACKAGE / name).read_text("utf-8")) for name in CORE]
    lines = "\n".join(map(ast.unparse, files)).splitlines()
    assert len(list(filter(None, lines))) <= 60


@pytest.mark.parametrize("name", ["minitasks", "docs.snippets.faster"])
def test_it_has_three_names_and_imports_no_more_than_it_needs(name: str) -> None:
    """Who imports the core, or the fast one, gets anyio, and neither its tools nor Starlette; and
    a type checker is told that it is typed.
    """
    module = importlib.import_module(name)
    assert module.__all__ == ["BackgroundTask", "BackgroundTasks", "run_in_threadpool"]
    assert all(hasattr(module, each) for each in module.__all__)
    assert (PACKAGE / "py.typed").is_file()
    modules_of = "import sys; before = {*sys.modules}; import %s; print(*{*sys.modules} - before)"
    core, anyios = (
        set(subprocess.check_output([sys.executable, "-c", modules_of % each], text=True).split())
        for each in (name, "anyio.to_thread")
    )
    known = {*sys.stdlib_module_names, "anyio", "docs"}
    ours = {module for module in core - anyios if module.partition(".")[0] not in known}
    assert ours == {"minitasks", *CORE_MODULES}


def test_the_examples_in_the_docstrings_run() -> None:
    """What a docstring shows is what happens."""
    showing = [f"minitasks.timeline.{name}" for name in ("calls", "record", "reprs")]
    for name in (*CORE_MODULES, "docs.snippets.faster", *showing):
        failed, attempted = doctest.testmod(importlib.import_module(name))
        assert attempted > 0, name
        assert failed == 0, name


def definitions(source: str) -> dict[str, str]:
    definitions = (each for each in without_docstrings(source).body if isinstance(each, Definition))
    return {each.name: ast.unparse(each) for each in definitions}


def test_the_readme_shows_the_core_as_it_is() -> None:
    """In two screens of 60 lines: the core, without what the README says is left out."""
    assert README.count("\n") <= 120
    [shown] = re.findall(r"## The core, whole\n.*?```python\n(.*?)```", README, re.DOTALL)
    core: dict[str, str] = {}
    for name in CORE:
        core |= definitions((PACKAGE / name).read_text("utf-8"))
    del core["not_callable"]
    assert definitions(shown) == core
