"""What the README shows is what is there."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CORE = ("background.py", "concurrency.py", "dispatch.py")
LEFT_OUT = {"not_callable"}

Definition = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def is_left_out(line: ast.stmt) -> bool:
    """Tell a docstring, and a class's annotation of an attribute, from what the README shows."""
    if isinstance(line, ast.Expr):
        return isinstance(line.value, ast.Constant)
    return isinstance(line, ast.AnnAssign) and line.value is None


def definitions(source: str) -> dict[str, str]:
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, Definition):
            node.body = [line for line in node.body if not is_left_out(line)]
    return {node.name: ast.unparse(node) for node in tree.body if isinstance(node, Definition)}


def test_the_readme_shows_the_core_as_it_is() -> None:
    """The core that the README shows is the core, without what it says is left out."""
    [shown] = re.findall(r"## The core, whole\n.*?```python\n(.*?)```", README, re.DOTALL)
    core = {
        name: text
        for file in CORE
        for name, text in definitions((ROOT / "minitasks" / file).read_text("utf-8")).items()
        if name not in LEFT_OUT
    }

    assert definitions(shown) == core


def test_the_readme_fits_on_two_screens() -> None:
    """A reader sees all of it in two screens of 60 lines."""
    assert README.count("\n") <= 120
