"""The catalog: which exercises there are, read from the folders under exercises/.

A folder is an exercise once it has its README; nothing is registered anywhere else.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from minitasks.errors import CannotRun

EXERCISES = Path(__file__).parent / "exercises"

# The first track is the two hours in which the library itself is rebuilt; the rest fills a day.
TWO_HOURS = 7


@dataclass(frozen=True)
class Claim:
    """What one test of a grader asserts.

    Attributes:
        test: The name of the test function.
        text: Its docstring, in one line.
        line: Where the function begins in the grader's file.
    """

    test: str
    text: str
    line: int


@dataclass(frozen=True)
class Exercise:
    """One exercise: README.md, exercise.py, test_exercise.py, hints.md, solution.py.

    Attributes:
        folder: Where its files are; the folder's name is `NN_name`.
    """

    folder: Path

    @property
    def number(self) -> int:
        return int(self.folder.name[:2])

    @property
    def name(self) -> str:
        return self.folder.name[3:]

    @property
    def stub(self) -> Path:
        return self.folder / "exercise.py"

    @property
    def grader(self) -> Path:
        return self.folder / "test_exercise.py"

    @property
    def solution(self) -> Path:
        return self.folder / "solution.py"

    @property
    def readme(self) -> Path:
        return self.folder / "README.md"

    @cached_property
    def title(self) -> str:
        """The README's heading."""
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
        _, *sections = re.split(r"^## ", text_of(self.folder / "hints.md"), flags=re.MULTILINE)
        return tuple(
            (heading.strip(), body.strip())
            for heading, _, body in (section.partition("\n") for section in sections)
        )

    @cached_property
    def claims(self) -> tuple[Claim, ...]:
        """What the grader asserts, in the order of its file; read without running it."""
        return tuple(claims_of(ast.parse(text_of(self.grader))))


def claims_of(tree: ast.Module) -> Iterator[Claim]:
    """Find the test functions of a parsed grader."""
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if node.name.startswith("test_"):
            docstring = ast.get_docstring(node) or node.name
            yield Claim(node.name, " ".join(docstring.split()), node.lineno)


def exercises(root: Path = EXERCISES) -> tuple[Exercise, ...]:
    """List the exercises, in order.

    Args:
        root: The folder that holds them.
    """
    return tuple(
        Exercise(folder)
        for folder in sorted(root.glob("[0-9][0-9]_*"))
        if (folder / "README.md").is_file()
    )


def find(word: str) -> Exercise:
    """Find an exercise by its name, its number or its folder.

    Args:
        word: `call_later`, `1`, `01` or `01_call_later`; dashes pass for underscores.

    Raises:
        CannotRun: There is no such exercise.

    Example:
        >>> find("call-later").number
        1
    """
    wanted = Path(word).name.replace("-", "_").lower()
    for exercise in exercises():
        if wanted in {
            exercise.name,
            exercise.folder.name,
            f"{exercise.number}",
            f"{exercise.number:02}",
        }:
            return exercise
    names = ", ".join(exercise.name for exercise in exercises())
    raise CannotRun(f"no exercise is called {word!r}; there are {names}")


def paragraphs(path: Path) -> list[str]:
    """Split a text file at its blank lines."""
    return re.split(r"\n\s*\n", text_of(path).strip())


def text_of(path: Path) -> str:
    """Read a text file, always as UTF-8."""
    return path.read_text(encoding="utf-8")
