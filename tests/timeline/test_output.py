"""Output: files are written whole."""

from pathlib import Path

import pytest

from minitasks.timeline import output


def test_what_was_there_stays_where_writing_fails(tmp_path: Path) -> None:
    """The new text is complete before it takes the old one's place, and no draft is left."""
    path = tmp_path / "page.html"
    path.write_text("old")
    with pytest.raises(UnicodeEncodeError):
        output.write(path, "half a pair: \ud83d")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
