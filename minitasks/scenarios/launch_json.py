"""launch.json: how VS Code's Python debugger runs a scenario, and the file that is open."""

import json
import os
from pathlib import Path
from typing import Any

import minitasks
from minitasks.scenarios import NAMES

PACKAGE = Path(minitasks.__file__).parent

# What a learner steps through: the rest of the package, such as the server, is passed over.
CORE = ("background", "concurrency", "dispatch")
CHOSEN = "${input:scenario}"
SCENARIOS = tuple(f"scenarios/{name.replace('-', '_')}" for name in NAMES)


def launch_json() -> str:
    """Write the file, for a folder that has none."""
    return json.dumps(settings(), indent=4) + "\n"


def settings() -> dict[str, Any]:
    """Give two configurations: a scenario, which VS Code asks for, and the open file."""
    return {
        "version": "0.2.0",
        "configurations": [
            configuration("minitasks: a scenario", module="minitasks.scenarios", args=[CHOSEN]),
            configuration("minitasks: the open file", program="${file}"),
        ],
        "inputs": [
            {
                "id": "scenario",
                "type": "pickString",
                "description": "Which scenario?",
                "options": list(NAMES),
                "default": "sync-task",
            }
        ],
    }


def configuration(title: str, **what: Any) -> dict[str, Any]:
    """Give a configuration that steps through the user's code, the core and the scenarios."""
    included = [f"**/minitasks/{name}.py" for name in (*CORE, *SCENARIOS)]
    return {
        "name": title,
        "type": "debugpy",
        "request": "launch",
        **what,
        **project_roots(),
        "console": "integratedTerminal",
        "justMyCode": True,
        # Without these an installed package is not "my code", and its breakpoints are refused.
        "rules": [
            *({"path": path, "include": True} for path in included),
            {"path": "**/minitasks/**", "include": False},
        ],
    }


def project_roots() -> dict[str, Any]:
    """Let exception breakpoints stop in an installed minitasks: the rules alone don't do that."""
    if "site-packages" not in PACKAGE.parts:
        return {}
    roots = os.pathsep.join(["${workspaceFolder}", str(PACKAGE)])
    return {"env": {"IDE_PROJECT_ROOTS": roots}}
