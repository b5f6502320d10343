"""Output: files are written whole, and nobody else's is lost."""

from pathlib import Path

import pytest

from minitasks.errors import CannotRun
from minitasks.timeline import output


def test_a_new_file_is_written_and_one_of_ours_replaced(tmp_path: Path) -> None:
    """What is written is there, and nothing beside it; ours has our signature near its top."""
    path = tmp_path / "page.html"
    for text in (f"<!DOCTYPE html>\n{output.PAGE}", "text: ä"):
        output.check(path, output.PAGE)
        output.write(path, text)
        assert path.read_text(encoding="utf-8") == text
        assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("text", ["", "my notes", "minitasks", "x" * 5_000 + output.PAGE])
def test_anything_else_is_refused(tmp_path: Path, text: str) -> None:
    """A file that somebody else wrote stays as it is, also one that only speaks of us."""
    path = tmp_path / "notes.txt"
    path.write_text(text)
    with pytest.raises(CannotRun, match="exists and was not written by minitasks"):
        output.check(path, output.PAGE)
    assert path.read_text() == text


def test_a_folder_is_refused(tmp_path: Path) -> None:
    """Neither a folder itself nor a file in one that is not there."""
    with pytest.raises(CannotRun, match="is a folder"):
        output.check(tmp_path, output.PAGE)
    with pytest.raises(CannotRun, match="there is no folder"):
        output.check(tmp_path / "missing" / "page.html", output.PAGE)


def test_what_was_there_stays_where_writing_fails(tmp_path: Path) -> None:
    """The new text is complete before it takes the old one's place, and no draft is left."""
    path = tmp_path / "page.html"
    path.write_text("old")
    with pytest.raises(UnicodeEncodeError):
        output.write(path, "half a pair: \ud83d")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
