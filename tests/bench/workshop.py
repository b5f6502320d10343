"""The workshop's speed: from a save to the verdict, in watch's own way, beside a cold pytest run.

`python -m tests.bench.workshop` prints it alone.
"""

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
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
    """Measure the exercises of the first track.

    Returns:
        For each exercise the median from a save to its verdict and that of a cold run, in words.
    """
    first_track = catalog.exercises()[: catalog.TWO_HOURS]
    with tempfile.TemporaryDirectory(prefix="minitasks-") as scratch:
        workshop = folder.start(Path(scratch) / "learner")
        warm = {one.name: median_save(workshop, one, saves) for one in first_track}
        cold = {one.name: median_cold_run(one, Path(scratch), cold_runs) for one in first_track}
    rows = {
        f"{one.number} {one.name}": f"{warm[one.name]:.0f} ms, cold {cold[one.name]:.0f} ms"
        for one in first_track
    }
    return {**rows, "median save to verdict": f"{statistics.median(warm.values()):.0f} ms"}


def median_save(workshop: Workshop, exercise: Exercise, saves: int) -> float:
    saves_seen = notices(workshop.root)
    next(saves_seen)
    parent.warm_up()
    parent.check(workshop, exercise)
    taken = [save_and_wait(workshop, exercise, saves_seen, number) for number in range(saves)]
    return statistics.median(taken) * 1000


def save_and_wait(
    workshop: Workshop, exercise: Exercise, saves_seen: Iterator[set[Path]], number: int
) -> float:
    content = f"{text_of(exercise.solution)}\n# save {number}\n".encode()
    file = workshop.file(exercise)
    began = time.perf_counter()
    folder.write(file, content)
    next(saved for saved in saves_seen if file in saved)
    verdict = parent.check(workshop, exercise)
    taken = time.perf_counter() - began
    assert verdict.passed, verdict
    return taken


def median_cold_run(exercise: Exercise, scratch: Path, runs: int) -> float:
    copy = scratch / exercise.folder.name
    shutil.copytree(exercise.folder, copy, ignore=shutil.ignore_patterns("mistakes", "__pycache__"))
    (copy / "conftest.py").write_text(CONFTEST, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-c", "/dev/null", "test_exercise.py"]
    return statistics.median(timed(command, copy) for _ in range(runs)) * 1000


def timed(command: list[str], where: Path) -> float:
    began = time.perf_counter()
    subprocess.run(command, cwd=where, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


if __name__ == "__main__":
    for name, figures in measure().items():
        print(f"{name:30} {figures}")
