"""Excerpts: the code that a page holds is the code in the files; a wrong name is an error."""

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.docs.snippets import DOCS, snippet
from tests.parts import need_package


@pytest.fixture(scope="module")
def excerpts() -> Iterator[Any]:
    need_package("cogapp")
    with snippet("../excerpts.py") as module:
        yield module


@pytest.mark.slow
def test_the_pages_hold_what_the_files_hold(excerpts: Any) -> None:
    """`cog --check` finds no page that is out of date."""
    command = [sys.executable, str(DOCS / "excerpts.py"), "--check"]
    checked = subprocess.run(command, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout


def test_no_page_shows_a_directive() -> None:
    """On GitHub and in an editor a reader sees code, and no command to fetch it."""
    pages = (DOCS / "pages").rglob("*.md")
    assert [page.name for page in pages if "{{" in page.read_text("utf-8")] == []


def test_a_name_that_is_not_there_is_an_error(excerpts: Any) -> None:
    """A page can't ask for code that has gone or was renamed."""
    with pytest.raises(excerpts.NoSuchCode):
        excerpts.excerpt("minitasks/background.py", "BackgroundTask.run")
