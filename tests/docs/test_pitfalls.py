"""Pitfalls: they are Starlette's as well. What each prints is compared with its page elsewhere."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.snippets import SNIPPETS

pytestmark = pytest.mark.slow

PITFALLS = sorted((SNIPPETS / "pitfalls").glob("*.py"))

ON_STARLETTE = """
import runpy, sys
import starlette.background as library  # it has run_in_threadpool, too

sys.modules["minitasks"] = library
sys.path.insert(0, sys.argv[1].rpartition("/")[0])
runpy.run_path(sys.argv[1], run_name="__main__")
"""


@pytest.mark.parametrize("file", PITFALLS, ids=lambda file: str(file.stem))
def test_pitfall_is_the_same_on_starlette(file: Path) -> None:
    """A pitfall's program prints the same on Starlette, but for the one known difference."""
    ours = subprocess.run([sys.executable, file], capture_output=True, text=True)
    command = [sys.executable, "-c", ON_STARLETTE, str(file)]
    theirs = subprocess.run(command, capture_output=True, text=True)
    if file.stem == "not_functions":
        # A class with an async `__call__`: docs/pages/differences.md.
        assert theirs.stdout == "".join(ours.stdout.splitlines(keepends=True)[:2])
        # Python 3.14 words it anew.
        worded = "object Report can't be used in 'await'|'Report' object can't be awaited"
        assert re.search(worded, theirs.stderr)
    else:
        assert (theirs.stdout, theirs.returncode) == (ours.stdout, 0)
