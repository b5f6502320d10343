"""Your own application: what the page says of other tools that find blocking code."""

import asyncio
import logging
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.docs.snippets import DOCS
from tests.parts import need_package, need_part

SHOP = DOCS / "snippets" / "own_application" / "blocking.py"


def ruff(file: Path) -> str:
    beside = Path(sys.executable).with_name("ruff")
    found = shutil.which("ruff") or (beside.is_file() and beside)
    need_part(found, "ruff is missing: python -m pip install ruff")
    command = [str(found), "check", "--isolated", "--select", "ASYNC", "--output-format", "concise"]
    return subprocess.run([*command, str(file)], capture_output=True, text=True).stdout


def test_ruff_knows_the_calls_on_its_list(tmp_path: Path) -> None:
    """It names requests.get in an async def, not the same call behind a function, nor httpx2's."""
    file, call = tmp_path / "shop.py", "    requests.get('http://shop.example')\n"
    file.write_text(f"import requests\nasync def f():\n{call}")
    assert "shop.py:3:5: ASYNC210" in ruff(file)
    file.write_text(f"import requests\nasync def f():\n    g()\ndef g():\n{call}")
    assert "ASYNC" not in ruff(file)
    assert "ASYNC" not in ruff(SHOP)


def test_the_debug_mode_tells_the_task_and_no_line(caplog: pytest.LogCaptureFixture) -> None:
    """A step over 0.1 s is logged with its task; where in it the time went is not."""

    async def report() -> None:
        time.sleep(0.11)

    with caplog.at_level(logging.WARNING, "asyncio"):
        asyncio.run(report(), debug=True)
    (record,) = caplog.records
    message = record.getMessage()
    assert "report() done" in message
    assert re.search(r" took \d+\.\d+ seconds", message)
    assert f"line {report.__code__.co_firstlineno + 1}" not in message
    assert f":{report.__code__.co_firstlineno + 1}>" not in message


BLOCKBUSTER = """
import asyncio, time, urllib.request
from blockbuster import BlockingError, blockbuster_ctx

async def main():
    sum(range(1_000_000))
    try:
        urllib.request.urlopen("http://127.0.0.1:1")
    except BlockingError as error:
        print(error)

with blockbuster_ctx():
    asyncio.run(main())
"""
PYLEAK = """
import asyncio, time
from pyleak import EventLoopBlockError, no_event_loop_blocking

def helper():
    time.sleep(0.5)

async def main():
    try:
        async with no_event_loop_blocking(action="raise", threshold=0.05):
            helper()
    except EventLoopBlockError as error:
        print("helper" in str(error))

asyncio.run(main())
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("package", "program", "printed"),
    [
        ("blockbuster", BLOCKBUSTER, "Blocking call to socket.socket.connect\n"),
        ("pyleak", PYLEAK, "True\n"),
    ],
)
def test_tools_for_tests_find_it_as_the_page_says(package: str, program: str, printed: str) -> None:
    """blockbuster raises at the call and lets computing pass; pyleak shows the stack."""
    need_package(package)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout == printed, done.stderr


@pytest.mark.slow
def test_the_test_of_the_reference_holds_and_can_fail(tmp_path: Path) -> None:
    """It passes on the mended shop and fails on the one that blocks."""
    shutil.copytree(SHOP.parent, tmp_path, dirs_exist_ok=True)
    command = [sys.executable, "-m", "pytest", "-q", "-W", "error", "test_shop.py"]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True).returncode == 0
    shutil.copy(SHOP, tmp_path / "mended.py")
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 1
    assert 'assert not task["on_event_loop"]' in done.stdout
