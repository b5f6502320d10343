"""The workshop's speed: from a save to the verdict, in watch's own way, and a cold pytest run."""

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from minitasks.workshop import catalog, folder, parent
from minitasks.workshop.catalog import Exercise, text_of
from minitasks.workshop.folder import Workshop
from minitasks.workshop.watch import notices

# What a cold run needs, for the graders take the learner's module from the workshop's own plugin.
CONFTEST = """
import pytest, solution

@pytest.fixture(scope="session")
def exercise():
    return solution
"""


def measure(saves: int = 15, cold_runs: int = 3) -> dict[str, str]:
    """Give, for each exercise of the first track, both medians in words."""
    first_track = catalog.exercises()[: catalog.TWO_HOURS]
    with tempfile.TemporaryDirectory(prefix="minitasks-") as scratch:
        workshop = folder.start(Path(scratch) / "learner")
        warm = [save_to_verdict(workshop, one, saves) for one in first_track]
        cold = [cold_run(one, Path(scratch), cold_runs) for one in first_track]
    rows = {
        f"{one.number} {one.name}": f"{fast:.0f} ms, cold {slow:.0f} ms"
        for one, fast, slow in zip(first_track, warm, cold, strict=True)
    }
    return {**rows, "median save to verdict": f"{statistics.median(warm):.0f} ms"}


def median_of(work: Callable[[int], object], times: int) -> float:
    """Time some work again and again; give the median in milliseconds."""
    taken = []
    for number in range(times):
        began = time.perf_counter()
        work(number)
        taken.append(time.perf_counter() - began)
    return statistics.median(taken) * 1000


def save_to_verdict(workshop: Workshop, exercise: Exercise, saves: int) -> float:
    saves_seen, file = notices(workshop.root), workshop.file(exercise)
    next(saves_seen)
    parent.warm_up()
    parent.check(workshop, exercise)

    def save(number: int) -> None:
        folder.write(file, f"{text_of(exercise.solution)}\n# save {number}\n".encode())
        next(saved for saved in saves_seen if file in saved)
        verdict = parent.check(workshop, exercise)
        assert verdict.passed, verdict

    return median_of(save, saves)


def cold_run(exercise: Exercise, scratch: Path, runs: int) -> float:
    """Run the grader by `python -m pytest`, each time anew."""
    copy = scratch / exercise.folder.name
    shutil.copytree(exercise.folder, copy)
    (copy / "conftest.py").write_text(CONFTEST, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-c", "/dev/null", "test_exercise.py"]
    quiet = {"check": True, "stdout": subprocess.DEVNULL}
    return median_of(lambda _: subprocess.run(command, cwd=copy, **quiet), runs)  # type: ignore[call-overload]
