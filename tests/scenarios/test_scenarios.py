"""Scenarios: what their modules say of themselves, found without importing them."""

import ast
import subprocess
import sys
from pathlib import Path

import minitasks.scenarios
from minitasks.scenarios import NAMES, all_scenarios

FOLDER = Path(minitasks.scenarios.__file__).parent


def defines_main(file: Path) -> bool:
    body = ast.parse(file.read_text(encoding="utf-8")).body
    return any(isinstance(node, ast.AsyncFunctionDef) and node.name == "main" for node in body)


def test_every_module_with_a_main_is_listed() -> None:
    """A scenario that was written but not listed would never be met."""
    written = {file.stem.replace("_", "-") for file in FOLDER.glob("*.py") if defines_main(file)}
    assert written == set(NAMES)
    assert len(NAMES) == len(set(NAMES)) == 10


def test_what_is_read_is_what_the_module_has() -> None:
    """The docstring read from the source is the module's; 80 columns hold name and promise."""
    for scenario in all_scenarios():
        module = scenario.load()
        assert scenario.file == Path(str(module.__file__))
        assert str(module.__doc__).startswith(f"{scenario.promise}\n\nLook for:\n- ")
        assert scenario.look_for.startswith("Look for:\n- ")
        assert scenario.main is module.main
        assert len(f"{scenario.name:<18}{scenario.promise}") <= 80


def test_listing_imports_no_scenario() -> None:
    """A list of names must not cost the import of FastAPI."""
    code = "import minitasks.scenarios as s, sys; s.all_scenarios(); print(*sys.modules)"
    modules = subprocess.check_output([sys.executable, "-c", code], text=True).split()
    assert not {"fastapi", "starlette", "uvicorn"} & set(modules)
