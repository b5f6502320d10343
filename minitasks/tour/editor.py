"""Editor: the launch.json with which VS Code's Python debugger runs the scenarios.

What stands in an existing file stays, but for its comments, which JSON has no place for: so the old
file is kept beside the new one.
"""

import json
import re
from pathlib import Path
from typing import Any

from minitasks.errors import CannotRun
from minitasks.scenarios import NAMES

# VS Code's JSON has comments, and commas before closing brackets. Each pattern finds strings too,
# to keep what only looks like one.
COMMENT = re.compile(
    r"""("(?:\\.|[^"\\])*") | //[^\n]* | /\*.*?\*/""",
    re.VERBOSE | re.DOTALL,
)
TRAILING_COMMA = re.compile(r"""("(?:\\.|[^"\\])*") | ,(?=\s*[\]}])""", re.VERBOSE)


def configurations() -> list[dict[str, Any]]:
    """Give the launch configurations: one for each scenario, and one that goes into anyio."""
    each = [configuration(f"minitasks: {name}", name, "minitasks") for name in NAMES]
    into_anyio = configuration(
        "minitasks: sync-task, into anyio", "sync-task", "minitasks", "anyio"
    )
    return [*each, into_anyio]


def configuration(title: str, scenario: str, *packages: str) -> dict[str, Any]:
    """Give one launch configuration, which steps through the user's code and these packages."""
    return {
        "name": title,
        "type": "debugpy",
        "request": "launch",
        "module": "minitasks.scenarios",
        "args": [scenario],
        "console": "integratedTerminal",
        "justMyCode": True,
        # Without these an installed package is not "my code", and its breakpoints are refused.
        "rules": [{"path": f"**/{package}/**", "include": True} for package in packages],
    }


def write_launch_json(folder: Path) -> tuple[Path, Path | None]:
    """Write the configurations to the folder's .vscode/launch.json, or add them to what is there.

    Args:
        folder: The project's folder, the one that is open in VS Code.

    Returns:
        The file, and the copy of what it was before, if it was there and has changed.

    Raises:
        CannotRun: There is a file, but it can't be understood.
    """
    path = folder / ".vscode" / "launch.json"
    before = path.read_text(encoding="utf-8") if path.exists() else None
    present = {} if before is None else parsed(before, path)
    settings = merged(present)
    if settings == present:
        return path, None
    path.parent.mkdir(exist_ok=True)
    copy = None if before is None else keep_copy(path, before)
    path.write_text(json.dumps(settings, indent=4, ensure_ascii=False) + "\n", encoding="utf-8")
    return path, copy


def merged(settings: dict[str, Any]) -> dict[str, Any]:
    """Add our configurations to the settings, in the place of those of the same name."""
    ours = {config["name"]: config for config in configurations()}
    theirs = settings.get("configurations", [])
    kept = [ours.pop(config.get("name"), config) for config in theirs]
    return {"version": "0.2.0", **settings, "configurations": [*kept, *ours.values()]}


def parsed(text: str, path: Path) -> dict[str, Any]:
    """Read VS Code's kind of JSON, with comments and trailing commas."""
    plain = TRAILING_COMMA.sub(r"\1", COMMENT.sub(r"\1", text))
    try:
        settings = json.loads(plain)
    except json.JSONDecodeError as error:
        raise CannotRun(f"{path} is not JSON (line {error.lineno}): repair or move it") from error
    if not isinstance(settings, dict) or not is_list_of_objects(settings.get("configurations", [])):
        raise CannotRun(f"{path} has no list of configurations: repair or move it")
    return settings


def is_list_of_objects(value: Any) -> bool:
    """Tell whether a value from JSON is a list of objects."""
    return isinstance(value, list) and all(isinstance(each, dict) for each in value)


def keep_copy(path: Path, text: str) -> Path:
    """Keep what the file was, under a name that nothing has yet."""
    number = 1
    while (copy := path.with_name(f"{path.name}.before-{number}")).exists():
        number += 1
    copy.write_text(text, encoding="utf-8")
    return copy
