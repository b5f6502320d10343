"""Four ways: the table's cells are what was tried out just now, and the costs are of its ways."""

import re
import subprocess
import sys

import pytest

from tests.docs.snippets import DOCS, SNIPPETS

pytestmark = pytest.mark.slow

PAGE = (DOCS / "pages" / "four-ways.md").read_text()
COSTS = re.compile(r"(?P<way>\S+) +(?P<low>\d+) to (?P<high>\d+) µs +(?P<ratio>\S+ to \S+)")
TABLE = [line for line in PAGE.splitlines() if line.startswith("|")]


def printed(script: str) -> list[str]:
    """Run one of the programs; give its lines."""
    command = [sys.executable, str(SNIPPETS / "four_ways" / script)]
    return subprocess.check_output(command, text=True).splitlines()


def test_every_cell_of_the_table_holds() -> None:
    """The page's table is, cell by cell, what was tried out just now."""
    tried = printed("table.py")
    assert TABLE[: len(tried)] == tried


def test_costs_are_measured_for_each_way_beside_anyios() -> None:
    """One row a way, in the table's order; anyio's own beside itself is 1.00."""
    rows = [COSTS.fullmatch(line) for line in printed("costs.py")]
    ways = [line.split("`")[1] for line in TABLE[2:6]]
    assert [row and row["way"] for row in rows] == ways
    assert [row["ratio"] for row in rows if row and row["way"] == "anyio.to_thread.run_sync"] == [
        "1.00 to 1.00"
    ]
    assert all(row and 0 < float(row["low"]) <= float(row["high"]) for row in rows)
