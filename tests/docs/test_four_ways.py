"""Four ways: the table's cells are what was tried out just now, and no way is far cheaper."""

import subprocess
import sys

import pytest

from tests.docs.snippets import DOCS, SNIPPETS

pytestmark = pytest.mark.slow

PAGE = (DOCS / "pages" / "four-ways.md").read_text()


def printed(script: str) -> list[str]:
    """Run one of the programs; give its lines."""
    command = [sys.executable, str(SNIPPETS / "four_ways" / script)]
    return subprocess.check_output(command, text=True).splitlines()


def test_every_cell_of_the_table_holds() -> None:
    """The page's table is, cell by cell, what was tried out just now."""
    table = [line for line in PAGE.splitlines() if line.startswith("|")]
    tried = printed("table.py")
    assert table[: len(tried)] == tried


def test_no_way_costs_much_less_than_anyios() -> None:
    """A hop takes between a third and one and a half of anyio's, whichever way."""
    ratios = [float(line.split()[-1]) for line in printed("costs.py")]
    assert len(ratios) == 4
    assert all(1 / 3 < ratio < 1.5 for ratio in ratios)
