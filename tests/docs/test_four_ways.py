"""Four ways: the table's cells are what was tried out just now, and the costs are of its ways."""

import re
import subprocess
import sys

import pytest

from tests.docs.snippets import DOCS, SNIPPETS

pytestmark = pytest.mark.slow

PAGE = (DOCS / "pages" / "four-ways.md").read_text()
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
    """One row a way, in the table's order, with anyio's own as 1.00."""
    rows = [line.split() for line in printed("costs.py")]
    ways = re.findall(r"`(\S+)`", TABLE[0])
    assert [name for name, *_ in rows] == ways
    assert {name for name, *_, ratio in rows if ratio == "1.00"} >= {"anyio.to_thread.run_sync"}
    assert all(float(microseconds) > 0 for _, microseconds, *_ in rows)
