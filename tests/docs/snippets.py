"""Snippets: import the files under docs/snippets that the pages show."""

import importlib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parents[2] / "docs"
SNIPPETS = DOCS / "snippets"


@contextmanager
def snippet(path: str) -> Iterator[Any]:
    """Import a snippet anew, its folder on the path; forget it and its neighbours afterwards."""
    file = (SNIPPETS / path).resolve()
    neighbours = {each.stem for each in file.parent.glob("*.py")}
    sys.path.insert(0, str(file.parent))
    try:
        yield importlib.import_module(file.stem)
    finally:
        sys.path.remove(str(file.parent))
        for name in neighbours & sys.modules.keys():
            del sys.modules[name]


def printed(path: str) -> str:
    return subprocess.check_output([sys.executable, SNIPPETS / path], text=True)
