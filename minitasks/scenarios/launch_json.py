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
SCENARIOS = tuple(f"scenarios/{name.replace('-', '_')}" for name in NAMES)


def launch_json() -> str:
    """Write two configurations: a scenario, which VS Code asks for, and the open file."""
    asked = {
        "id": "scenario",
        "type": "pickString",
        "description": "Which scenario?",
        "options": list(NAMES),
        "default": "sync-task",
    }
    chosen = {"module": "minitasks.scenarios", "args": ["${input:scenario}"]}
    configurations = [
        configuration("minitasks: a scenario", chosen),
        configuration("minitasks: the open file", {"program": "${file}"}),
    ]
    settings = {"version": "0.2.0", "configurations": configurations, "inputs": [asked]}
    return json.dumps(settings, indent=4) + "\n"


def configuration(title: str, what: dict[str, Any]) -> dict[str, Any]:
    """Give a configuration that steps through the user's code, the core and the scenarios."""
    # Exception breakpoints stop in an installed minitasks only with this: the rules don't do that.
    roots = os.pathsep.join(["${workspaceFolder}", str(PACKAGE)])
    is_installed = "site-packages" in PACKAGE.parts
    return {
        "name": title,
        "type": "debugpy",
        "request": "launch",
        **what,
        **({"env": {"IDE_PROJECT_ROOTS": roots}} if is_installed else {}),
        "console": "integratedTerminal",
        "justMyCode": True,
        # Without these an installed package is not "my code", and its breakpoints are refused.
        "rules": [
            *({"path": f"**/minitasks/{name}.py", "include": True} for name in (*CORE, *SCENARIOS)),
            {"path": "**/minitasks/**", "include": False},
        ],
    }
