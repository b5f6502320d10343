"""Tables of the pages: they are what a program printed just now, and its figures are plausible."""

import re

import pytest

from tests.docs.snippets import DOCS, printed

pytestmark = pytest.mark.slow

COSTS = re.compile(
    r"^(?P<way>\S+) +(?P<low>\d+) to (?P<high>\d+) µs +(?P<ratio>\S+ to \S+)$", re.MULTILINE
)


@pytest.mark.parametrize(
    ("program", "page", "cell"),
    [
        ("four_ways/table.py", "four-ways", "`asyncio.to_thread`"),
        ("production/where.py", "handout", "| event loop | no token |"),
    ],
)
def test_a_table_is_what_its_program_prints(program: str, page: str, cell: str) -> None:
    """Row by row: what was tried out, and where each function ran on a server of its own."""
    table = printed(program)
    assert cell in table
    assert table in (DOCS / "pages" / f"{page}.md").read_text("utf-8")


def test_costs_are_measured_for_each_way_beside_anyios() -> None:
    """One row a way, in the table's order; anyio's own beside itself is 1.00."""
    costs = printed("four_ways/costs.py")
    rows = list(COSTS.finditer(costs))
    page = (DOCS / "pages" / "four-ways.md").read_text("utf-8")
    assert [row["way"] for row in rows] == re.findall(r"^\| `(\S+)`", page, re.MULTILINE)[:4]
    assert len(rows) == costs.count("\n")
    ratios = {row["way"]: row["ratio"] for row in rows}
    assert ratios["anyio.to_thread.run_sync"] == "1.00 to 1.00"
    assert all(0 < float(row["low"]) <= float(row["high"]) for row in rows)
