"""The catalog: which exercises there are, read from the folders under exercises/.

A folder is an exercise once it has its README; nothing is registered anywhere else.
"""

import ast
import importlib.util
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from minitasks.errors import CannotRun

EXERCISES = Path(__file__).parent / "exercises"

# The first track is the two hours in which the library itself is rebuilt; the rest fills a day.
TWO_HOURS = 7

Function = ast.FunctionDef | ast.AsyncFunctionDef
Definition = Function | ast.ClassDef


@dataclass
class Exercise:
    """One exercise: its files are in a folder named `NN_name`."""

    folder: Path

    def __post_init__(self) -> None:
        self.number = int(self.folder.name[:2])
        self.name = self.folder.name[3:]
        self.readme = self.folder / "README.md"
        self.stub = self.folder / "exercise.py"
        self.grader = self.folder / "test_exercise.py"
        self.hints_file = self.folder / "hints.md"
        self.solution = self.folder / "solution.py"

    @cached_property
    def title(self) -> str:
        return paragraphs(self.readme)[0].removeprefix("# ")

    @cached_property
    def task(self) -> str:
        """The README's first paragraph: the task in one line."""
        return " ".join(paragraphs(self.readme)[1].split())

    @property
    def scenario(self) -> str | None:
        """The scenario that draws a finished exercise running: as the README says to run it."""
        found = re.search(r"minitasks run ([\w-]+) --with", text_of(self.readme))
        return found[1] if found else None

    @property
    def hints(self) -> tuple[tuple[str, str], ...]:
        """The hints, mildest first: heading and text of each."""
        _, *sections = re.split(r"^## ", text_of(self.hints_file), flags=re.MULTILINE)
        halves = (section.partition("\n") for section in sections)
        return tuple((heading.strip(), body.strip()) for heading, _, body in halves)

    @cached_property
    def claims(self) -> dict[str, str]:
        """What each test of the grader asserts, in the order of its file; read without running."""
        return {
            name: " ".join((ast.get_docstring(node) or name).split())
            for name, node in definitions(ast.parse(text_of(self.grader))).items()
            if name.startswith("test_")
        }


def exercises(root: Path = EXERCISES) -> tuple[Exercise, ...]:
    """List the exercises that a folder holds, in order."""
    return tuple(
        Exercise(folder)
        for folder in sorted(root.glob("[0-9][0-9]_*"))
        if (folder / "README.md").is_file()
    )


def find(word: str) -> Exercise:
    """Find an exercise: `call_later`, `call-later`, `1`, `01` or `01_call_later`."""
    wanted = Path(word).name.replace("-", "_").lower()
    every = exercises()
    for exercise in every:
        name, folder, number = exercise.name, exercise.folder.name, exercise.number
        if wanted in {name, folder, f"{number}", f"{number:02}"}:
            return exercise
    names = ", ".join(exercise.name for exercise in every)
    raise CannotRun(f"no exercise is called {word!r}; there are {names}")


def definitions(tree: ast.Module) -> dict[str, Definition]:
    """Find what a program defines outside of functions and classes, by its name."""
    return {node.name: node for node in tree.body if isinstance(node, Definition)}


def paragraphs(path: Path) -> list[str]:
    return re.split(r"\n\s*\n", text_of(path).strip())


def text_of(path: Path) -> str:
    """Read a text file as Python reads a program: as UTF-8, unless it says otherwise."""
    try:
        return importlib.util.decode_source(path.read_bytes())
    except (SyntaxError, UnicodeDecodeError) as problem:
        raise CannotRun(f"{path} can't be read: {problem}") from problem
