"""Facilitating: the folder for a stick is built, and minitasks comes out of it elsewhere."""

import re
import shutil
import sys
import venv
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, blocks
from tests.docs.test_commands import run
from tests.parts import made_once, need_package

pytestmark = pytest.mark.slow

PAGE = ROOT / "docs" / "pages" / "facilitating.md"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, testrun_uid: str) -> Path:
    """Give a folder with the stick beside a copy of the repository, once for all workers."""
    need_package("pip")
    return made_once("facilitating", build, tmp_path_factory, testrun_uid)


def build(folder: Path) -> None:
    copy = folder / "minitasks"
    kept_out = shutil.ignore_patterns(".git", "site", "replays", ".*_cache", "__pycache__")
    shutil.copytree(ROOT, copy, ignore=kept_out)
    run(blocks(PAGE, "text")[0].strip(), cwd=copy)
    shutil.move(copy / "stick", folder / "stick")
    run("python -m pip download -q -d builds hatchling editables", cwd=folder)


def test_the_stick_installs_without_an_index(folder: Path, tmp_path: Path) -> None:
    """The page's commands, copied: install from the stick elsewhere, and ask doctor."""
    venv.create(tmp_path / "bare", with_pip=True)
    (tmp_path / "stick").symlink_to(folder / "stick")
    for line in blocks(PAGE, "text")[1].strip().splitlines():
        printed = run(line, cwd=tmp_path, python=tmp_path / "bare" / "bin")
    assert "grading" in printed


@pytest.mark.parametrize("source", ["the README's copy", "the built wheel"])
def test_uvx_runs_it(
    folder: Path, tmp_path: Path, source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The README's line for uv draws the article's run: from a copy, and from the wheel."""
    need_package("uv")
    monkeypatch.setenv("UV_NO_INDEX", "1")
    monkeypatch.setenv("UV_FIND_LINKS", f"{folder / 'stick'},{folder / 'builds'}")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("UV_PYTHON", sys.executable)
    (line,) = re.findall(r"`(uvx [^`]+)`", (ROOT / "README.md").read_text())
    if source == "the built wheel":
        line = line.replace(".[workshop]", "minitasks[workshop]")
    printed = run(line, cwd=folder / "minitasks")
    assert "✓ The answer (201) was sent" in printed


@pytest.mark.parametrize("line", blocks(PAGE, "text")[2].strip().splitlines())
def test_folders_are_reported(line: str, tmp_path: Path) -> None:
    """The page's commands read folders of several people, with nothing in them but a start."""
    for name in ("ada", "grace"):
        run(f"minitasks workshop start folders/{name}", cwd=tmp_path)
    printed = run(line, cwd=tmp_path)
    report = printed + "".join(file.read_text() for file in tmp_path.glob("*.json"))
    assert re.search(r"\bada\b", report)
    assert re.search(r"\bgrace\b", report)
