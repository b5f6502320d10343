"""python -m minitasks.scenarios NAME: run a scenario with nobody watching, for another debugger."""

import sys

from minitasks.errors import CannotRun
from minitasks.scenarios import NAMES, find_scenario
from minitasks.scenarios.library import load_library
from minitasks.scenarios.run import run_scenario

if __name__ == "__main__":
    try:
        scenario = find_scenario(sys.argv[1] if len(sys.argv) > 1 else NAMES[0])
        run_scenario(scenario, load_library("minitasks", scenario.needs))
    except CannotRun as problem:
        sys.exit(f"minitasks: {problem}")
