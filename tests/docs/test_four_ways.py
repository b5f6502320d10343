"""Four ways: the table's cells are what was tried out just now, and the costs are of its ways."""

import re

import pytest

from tests.docs.snippets import DOCS, printed

pytestmark = pytest.mark.slow

PAGE = (DOCS / "pages" / "four-ways.md").read_text()
COSTS = re.compile(
    r"^(?P<way>\S+) +(?P<low>\d+) to (?P<high>\d+) µs +(?P<ratio>\S+ to \S+)$", re.MULTILINE
)
TABLE = [line for line in PAGE.splitlines() if line.startswith("|")]


def test_every_cell_of_the_table_holds() -> None:
    """The page's table is, cell by cell, what was tried out just now."""
    tried = printed("four_ways/table.py").splitlines()
    assert TABLE[: len(tried)] == tried


def test_costs_are_measured_for_each_way_beside_anyios() -> None:
    """One row a way, in the table's order; anyio's own beside itself is 1.00."""
    costs = printed("four_ways/costs.py")
    rows = list(COSTS.finditer(costs))
    ways = [line.split("`")[1] for line in TABLE[2:6]]
    assert [row["way"] for row in rows] == ways
    assert len(costs.splitlines()) == len(ways)
    assert dict(zip(ways, rows, strict=True))["anyio.to_thread.run_sync"]["ratio"] == "1.00 to 1.00"
    assert all(0 < float(row["low"]) <= float(row["high"]) for row in rows)
