"""VS Code's launch.json: written, merged, never at the cost of what was there."""

import json
from pathlib import Path
from typing import Any

import pytest

from minitasks.errors import CannotRun
from minitasks.scenarios import NAMES
from minitasks.tour.editor import write_launch_json

THEIRS = """\
{
    // Use IntelliSense to learn about possible attributes.
    "version": "0.2.0",
    /* two of my own */
    "configurations": [
        {"name": "mine", "url": "http://localhost:8000/", "glob": "**/*.py", "text": "a, ] b"},
        {"name": "minitasks: context", "type": "old"}, // replaced
    ],
    "compounds": [],
}
"""


def read(path: Path) -> dict[str, Any]:
    """Read a file as plain JSON."""
    settings: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return settings


def place_theirs(folder: Path, text: str = THEIRS) -> Path:
    """Put a launch.json where VS Code keeps it."""
    path = folder / ".vscode" / "launch.json"
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    return path


def test_a_new_file_has_a_configuration_for_each_scenario(tmp_path: Path) -> None:
    """And one that goes into anyio; all of them let breakpoints in minitasks's own files work."""
    path, copy = write_launch_json(tmp_path)
    configurations = read(path)["configurations"]
    names = [f"minitasks: {name}" for name in NAMES]
    assert [each["name"] for each in configurations] == [*names, "minitasks: sync-task, into anyio"]
    assert copy is None
    for each in configurations:
        assert each["justMyCode"] is True
        assert {"path": "**/minitasks/**", "include": True} in each["rules"]
    assert {"path": "**/anyio/**", "include": True} in configurations[-1]["rules"]


def test_what_was_there_stays(tmp_path: Path) -> None:
    """Foreign configurations and settings are kept as they are, our own are renewed in place."""
    path = place_theirs(tmp_path)
    write_launch_json(tmp_path)
    settings = read(path)
    mine, renewed, *others = settings["configurations"]
    assert mine == {
        "name": "mine",
        "url": "http://localhost:8000/",
        "glob": "**/*.py",
        "text": "a, ] b",
    }
    assert (renewed["name"], renewed["type"]) == ("minitasks: context", "debugpy")
    assert len(others) == len(NAMES)
    assert settings["compounds"] == []


def test_a_copy_of_what_was_there_is_kept(tmp_path: Path) -> None:
    """Comments can't be merged: the copy has them."""
    place_theirs(tmp_path)
    _, copy = write_launch_json(tmp_path)
    assert copy is not None
    assert copy.read_text(encoding="utf-8") == THEIRS


def test_a_second_time_changes_nothing(tmp_path: Path) -> None:
    """And keeps no second copy."""
    path = place_theirs(tmp_path)
    write_launch_json(tmp_path)
    before = path.read_bytes()
    assert write_launch_json(tmp_path) == (path, None)
    assert path.read_bytes() == before
    assert len(list(path.parent.iterdir())) == 2


def test_no_copy_overwrites_another(tmp_path: Path) -> None:
    """Each change keeps a copy of its own."""
    path = place_theirs(tmp_path)
    _, first = write_launch_json(tmp_path)
    path.write_text('{"configurations": []}', encoding="utf-8")
    _, second = write_launch_json(tmp_path)
    assert first is not None
    assert first.read_text(encoding="utf-8") == THEIRS
    assert second is not None
    assert second.read_text(encoding="utf-8") == '{"configurations": []}'


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"configurations": {}}', "", '{"configurations": [1]}']
)
def test_a_file_that_can_not_be_understood_is_left_alone(tmp_path: Path, text: str) -> None:
    """One line says so, and nothing is written."""
    path = place_theirs(tmp_path, text)
    with pytest.raises(CannotRun, match=r"launch\.json"):
        write_launch_json(tmp_path)
    assert path.read_text(encoding="utf-8") == text
    assert list(path.parent.iterdir()) == [path]
