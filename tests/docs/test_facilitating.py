"""Facilitating: the folder for a stick is built, and installs elsewhere, as the page says."""

import re
import shutil
import venv
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, blocks
from tests.docs.test_commands import run
from tests.parts import need_part

PAGE = ROOT / "docs" / "pages" / "facilitating.md"


@pytest.mark.slow
def test_the_stick_installs_without_an_index(tmp_path: Path) -> None:
    """The page's commands, copied: build the folder here, install from it elsewhere, ask doctor."""
    need_part(find_spec("pip"), "pip is missing in this environment: python -m ensurepip")
    build, install, *_ = blocks(PAGE, "text")
    copy = tmp_path / "minitasks"
    kept_out = shutil.ignore_patterns(".git", "site", "replays", ".*_cache", "__pycache__")
    shutil.copytree(ROOT, copy, ignore=kept_out)
    run(build.strip(), cwd=copy)

    elsewhere = tmp_path / "elsewhere"
    venv.create(elsewhere / "bare", with_pip=True)
    shutil.move(copy / "stick", elsewhere / "stick")
    for line in install.strip().splitlines():
        printed = run(line, cwd=elsewhere, python=elsewhere / "bare" / "bin")
    assert "grading" in printed


@pytest.mark.slow
@pytest.mark.parametrize("line", blocks(PAGE, "text")[2].strip().splitlines())
def test_folders_are_reported(line: str, tmp_path: Path) -> None:
    """The page's commands read folders of several people, with nothing in them but a start."""
    for name in ("ada", "grace"):
        run(f"minitasks workshop start folders/{name}", cwd=tmp_path)
    printed = run(line, cwd=tmp_path)
    report = printed + "".join(file.read_text() for file in tmp_path.glob("*.json"))
    assert re.search(r"\bada\b", report)
    assert re.search(r"\bgrace\b", report)
