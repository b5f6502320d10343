"""Scenarios: small real programs, each showing one thing.

A scenario is one module: a docstring (its first line is the promise, the rest says what to look
for) and `async def main(library)`. The docstring is read from the source, so that listing the
scenarios imports none of them: some bring a whole web framework.
"""

import ast
import difflib
import importlib
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from minitasks.errors import CannotRun

TASK, TASKS = ("BackgroundTask",), ("BackgroundTask", "BackgroundTasks")
ANYWHERE, UNDER_UVICORN = ("asyncio", "trio", "uvloop"), ("asyncio", "uvloop")

# In the order in which they are best met: what each uses of the library, and its event loops.
DECLARED = {
    "register-product": (TASKS, UNDER_UVICORN),
    "sync-task": (TASK, ANYWHERE),
    "frozen-loop": (TASK, UNDER_UVICORN),
    "in-order": (TASKS, ANYWHERE),
    "first-failure": (TASKS, UNDER_UVICORN),
    "pool-of-tokens": (TASK, ANYWHERE),
    "context": (TASK, ANYWHERE),
    "lost-coroutine": (TASK, ANYWHERE),
    "cancelled": (TASKS, ANYWHERE),
    "four-ways": (("run_in_threadpool",), ANYWHERE),
}
NAMES = tuple(DECLARED)

# What makes a program of a scenario's module.
MAIN = """

if __name__ == "__main__":
    import anyio

    from minitasks.scenarios.library import load_library

    anyio.run(main, load_library("minitasks", {needs}))
"""


@dataclass(frozen=True)
class Scenario:
    """One small real program."""

    name: str  # on the command line, such as "register-product"
    promise: str  # what it shows, in one line
    look_for: str  # while it runs
    needs: tuple[str, ...]  # the names of the library that it uses
    backends: tuple[str, ...]  # the event loops that it runs on
    file: Path  # its module

    @property
    def main(self) -> Any:
        """The program itself, which takes a `Library`."""
        return self.load().main

    def load(self) -> ModuleType:
        return importlib.import_module(f"{__name__}.{self.file.stem}")


def all_scenarios() -> list[Scenario]:
    """Read every scenario, in the order in which they are best met."""
    return [find_scenario(name) for name in NAMES]


def find_scenario(name: str) -> Scenario:
    """Find a scenario by its name, and read what its module says of itself.

    Raises:
        CannotRun: There is none of that name; the message suggests the nearest.
    """
    if name not in NAMES:
        near = difflib.get_close_matches(name.replace("_", "-"), NAMES, n=1, cutoff=0.4)
        hint = f"did you mean {near[0]}?" if near else "see minitasks run --list"
        raise CannotRun(f"there is no scenario {name!r}: {hint}")
    file = Path(__file__).with_name(name.replace("-", "_") + ".py")
    said = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    promise, _, look_for = said.partition("\n")
    return Scenario(name, promise, look_for.strip(), *DECLARED[name], file)


def copy_scenario(scenario: Scenario, folder: Path) -> Path:
    """Write a scenario into a folder, as a program to change and to run.

    Raises:
        CannotRun: There is such a file already, or it can't be written.
    """
    path = folder / scenario.file.name
    program = scenario.file.read_text(encoding="utf-8") + MAIN.format(needs=scenario.needs)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(program)
    except FileExistsError:
        raise CannotRun(f"{path.name} exists already: rename it, or go to another folder") from None
    except OSError as error:
        raise CannotRun(f"{path.name} can't be written: {error.strerror}") from error
    return path
