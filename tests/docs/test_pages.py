"""What a page shows or says is so today: its quotations, excerpts, tables and pitfalls."""

import asyncio
import inspect
import json
import re
import subprocess
import sys
import warnings
from pathlib import Path
from unittest.mock import create_autospec

import pytest

from tests.docs.pages import PAGES, ROOT
from tests.docs.snippets import DOCS, SNIPPETS, printed, snippet
from tests.parts import need_package

ARTICLE = (DOCS / "pages" / "article.md").read_text(encoding="utf-8")
QUOTATIONS = re.findall(r"<!-- release: (\S+) (\S+) -->\n```python\n(.*?)```", ARTICLE, re.DOTALL)
COSTS = re.compile(
    r"^(?P<way>\S+) +(?P<low>\d+) to (?P<high>\d+) µs +(?P<ratio>\S+ to \S+)$", re.MULTILINE
)
PITFALLS = sorted((SNIPPETS / "pitfalls").glob("*.py"))
ON_STARLETTE = """
import runpy, sys
import starlette.background as library  # it has run_in_threadpool, too

sys.modules["minitasks"] = library
sys.path.insert(0, sys.argv[1].rpartition("/")[0])
runpy.run_path(sys.argv[1], run_name="__main__")
"""


def test_two_functions_of_one_name_differ_on_mocks() -> None:
    """asyncio's iscoroutinefunction knows a mock of an async function; inspect's from 3.13 on."""

    async def send(to: str) -> None: ...

    mock = create_autospec(send)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert asyncio.iscoroutinefunction(mock)
    assert bool(caught) == (sys.version_info >= (3, 14))
    assert inspect.iscoroutinefunction(mock) == (sys.version_info >= (3, 13))


@pytest.mark.slow
@pytest.mark.parametrize(("version", "file", "quoted"), QUOTATIONS)
def test_what_the_page_quotes_stands_in_that_release(version: str, file: str, quoted: str) -> None:
    """Line by line, as Starlette had it then."""
    with snippet("article/releases.py") as releases:
        folder: Path = releases.folder_of(version)
    assert quoted in (folder / file).read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_pages_hold_what_the_files_hold() -> None:
    """`cog --check` finds no page that is out of date."""
    need_package("cogapp")
    command = [sys.executable, str(DOCS / "excerpts.py"), "--check"]
    checked = subprocess.run(command, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout


def test_a_page_shows_code_and_asks_for_none_that_is_not_there() -> None:
    """No directive to fetch it, on GitHub or in an editor; what has gone is an error."""
    assert [page.name for page in PAGES if "{{" in page.read_text("utf-8")] == []
    need_package("cogapp")
    with snippet("../excerpts.py") as excerpts, pytest.raises(excerpts.NoSuchCode):
        excerpts.excerpt("minitasks/background.py", "BackgroundTask.run")


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.mark.slow
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


def test_the_devcontainer_installs_what_the_workshop_needs() -> None:
    """It builds from the file beside it, installs the extras, and runs the workshop's doctor."""
    folder = ROOT / ".devcontainer"
    container = json.loads((folder / "devcontainer.json").read_text())
    assert (folder / container["build"]["dockerfile"]).is_file()
    install, doctor = container["postCreateCommand"].split(" && ")
    assert install == "python -m pip install -e '.[workshop,queue]'"
    assert doctor == "minitasks workshop doctor"
