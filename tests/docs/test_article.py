"""The article: its quotations are of real releases; the table is true of this Python."""

import asyncio
import inspect
import re
import sys
import warnings
from pathlib import Path
from unittest.mock import create_autospec

import pytest

from tests.docs.pages import ROOT
from tests.docs.snippets import snippet

PAGE = (ROOT / "docs" / "pages" / "article.md").read_text(encoding="utf-8")
QUOTATIONS = re.findall(r"<!-- release: (\S+) (\S+) -->\n```python\n(.*?)```", PAGE, re.DOTALL)


def test_two_functions_of_one_name_differ_on_mocks() -> None:
    """asyncio's iscoroutinefunction knows a mock of an async function; inspect's from 3.13 on."""

    async def send(to: str) -> None:
        """Send a message."""

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
