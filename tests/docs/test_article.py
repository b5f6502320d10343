"""The article: each case comes out otherwise after its change; the table is true of this Python."""

import asyncio
import inspect
import subprocess
import sys
import warnings
from unittest.mock import create_autospec

import pytest

from tests.docs.snippets import SNIPPETS

FAILING_CASES = str(SNIPPETS / "article" / "failing_cases.py")


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


def printed(*arguments: str) -> list[str]:
    """Run the program of the failing cases; give its lines."""
    command = [sys.executable, FAILING_CASES, *arguments]
    return subprocess.check_output(command, text=True).splitlines()


@pytest.mark.parametrize("case", printed())
def test_change_makes_a_difference_in_its_case(case: str) -> None:
    """What a change was made for comes out otherwise before it and after it."""
    before, after = printed(case)
    assert before.removeprefix("before:").strip() != after.removeprefix("after:").strip()
