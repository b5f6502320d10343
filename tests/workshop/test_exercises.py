"""The exercises' pages and types: what a page predicts happens, what it tells to run can run.

That stubs fail, solutions pass and mistakes get their feedback is for test_mistakes.py.
"""

import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from minitasks.scenarios import find_scenario
from minitasks.scenarios.library import load_library
from minitasks.workshop.catalog import Exercise, text_of
from tests.parts import need_part
from tests.workshop.test_mistakes import EXERCISES, each_exercise

ROOT = Path(__file__).parents[2]


def block(exercise: Exercise, language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", text_of(exercise.readme), re.DOTALL)
    assert found, f"{exercise.readme} has no {language} block"
    return found[1]


@each_exercise
def test_the_answer_is_true(exercise: Exercise, capfd: pytest.CaptureFixture[str]) -> None:
    """The program to predict prints what the page says below it."""
    program = block(exercise, "python")
    exec(compile(program, str(exercise.readme), "exec"), {"__name__": "__main__"})
    assert capfd.readouterr().out == block(exercise, "text")


@each_exercise
def test_scenarios_exist_and_run_on_the_solution(exercise: Exercise) -> None:
    """Every scenario that a page tells to run is there; its own takes every name it needs."""
    for name in re.findall(r"minitasks run\s+([\w-]+)", text_of(exercise.readme)):
        assert find_scenario(name)
    if exercise.scenario:
        library = load_library(str(exercise.solution), find_scenario(exercise.scenario).needs)
        assert exercise.solution in library.files


@pytest.mark.slow
def test_types(tmp_path: Path) -> None:
    """Stubs, solutions and graders pass mypy --strict; each is a program of its own."""
    need_part(importlib.util.find_spec("mypy"), "mypy is missing: python -m pip install mypy")
    for exercise in EXERCISES:
        for file in (exercise.stub, exercise.solution, exercise.grader):
            shutil.copy(file, tmp_path / f"{file.stem}_{exercise.name}.py")
    # Celery has no types.
    lenient = ["--ignore-missing-imports", "--allow-untyped-decorators"]
    cache = ["--cache-dir", str(tmp_path / "cache")]
    command = [sys.executable, "-m", "mypy", "--strict", *lenient, *cache, "."]
    checked = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout
