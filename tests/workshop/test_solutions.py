"""Solutions: what is not to be taken ready-made. When they open is for test_commands.py."""

from pathlib import Path

import pytest

from minitasks.workshop import solutions
from minitasks.workshop.catalog import Exercise


@pytest.mark.parametrize(
    ("source", "delegates"),
    [
        ("from starlette.background import double\n", "double of starlette.background"),
        ("import minitasks\ndouble = minitasks.double\n", "double of minitasks"),
        ("from starlette.background import other\ndef double(n): return 2 * n\n", ""),
        ("import math\ndouble = math.double\n", ""),
    ],
    ids=["imported", "as an attribute", "another name", "another library"],
)
def test_what_is_taken_ready_made_is_named(
    exercise: Exercise, tmp_path: Path, source: str, delegates: str
) -> None:
    """What the solution defines is to be written: not to be taken from a library that has it."""
    file = tmp_path / "exercise.py"
    file.write_text(source)
    assert solutions.delegates_to(file, exercise) == delegates
