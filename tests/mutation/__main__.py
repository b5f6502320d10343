"""python -m tests.mutation [FILE...]: make mutants, run the core's tests on each, list survivors.

Without a file all four are mutated. The wrong ideas of the same files are tried, too.

Everything happens in a copy, in a temporary folder. The exit code is 1 if a mutant survives that is
not known to be equivalent, or if a known one is no longer made.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.mutation.equivalents import EQUIVALENT
from tests.workshop.mistakes import Mistake, made

ROOT = Path(__file__).parents[2]
MUTATED = (
    "minitasks/background.py",
    "minitasks/concurrency.py",
    "minitasks/dispatch.py",
    "docs/snippets/faster.py",
)
# What the tests of the core need besides: the package, and the one way to load a library.
NEEDED = ("minitasks/__init__.py", "minitasks/errors.py", "minitasks/scenarios/library.py")
ASKED = ("test_background.py", "test_concurrency.py", "test_differential.py", "test_dispatch.py")
# What asks Starlette alone can't fail; and mutmut's own frames stand in the traceback that a test
# looks at.
LEFT_OUT = "not starlette and not traceback_leads"
CONFIGURATION = f"""
[tool.mutmut]
source_paths = ["minitasks", "docs"]
only_mutate = {{mutated}}
pytest_add_cli_args = ["-q", "-x", "--tb=no", "-p", "no:cacheprovider", "-k", "{LEFT_OUT}"]
pytest_add_cli_args_test_selection = ["tests"]
use_git_change_detection = false
timeout_multiplier = 60.0
timeout_constant = 60.0

[tool.pytest.ini_options]
filterwarnings = ["error"]
"""


def copy_core(folder: Path, mutated: Sequence[str] = MUTATED) -> None:
    """Copy the core and its tests, and nothing else, into a folder; name the files to mutate."""
    for name in (*MUTATED, *NEEDED):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    (folder / "minitasks/scenarios/__init__.py").touch()
    (folder / "tests").mkdir()
    for file in (ROOT / "tests").glob("*.py"):
        if file.name in ASKED or not file.name.startswith("test_"):
            shutil.copy(file, folder / "tests")
    (folder / "pyproject.toml").write_text(CONFIGURATION.format(mutated=list(mutated)))


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a Python module in the folder, whose minitasks comes before any installed one."""
    return subprocess.run(
        [sys.executable, "-m", *command], cwd=folder, capture_output=True, text=True
    )


def survivors(folder: Path) -> Iterator[tuple[str, str]]:
    """Let mutmut make and try its mutants; give the module and the new line of each survivor."""
    tried = run(folder, "mutmut", "run")
    if tried.returncode:
        raise SystemExit(f"mutmut could not run:\n{tried.stdout[-2000:]}\n{tried.stderr[-2000:]}")
    print(tried.stdout.replace("\r", "\n").strip().splitlines()[-2].strip())
    for result in run(folder, "mutmut", "results").stdout.split("\n"):
        name, _, status = result.strip().partition(": ")
        if status and status != "timeout":
            yield name.rpartition(".")[0], new_line(run(folder, "mutmut", "show", name).stdout)


def new_line(diff: str) -> str:
    added = [line for line in diff.splitlines() if line.startswith("+") and line[:3] != "+++"]
    return added[0][1:].strip() if added else diff


def try_small_ones(folder: Path, mutated: Sequence[str]) -> list[str]:
    """Compare mutmut's survivors with those that are known to change nothing."""
    found = set(survivors(folder))
    modules = {file.removesuffix(".py").replace("/", ".") for file in mutated}
    known = {each for each in EQUIVALENT if each[0] in modules}
    unknown = [f"survived: {module}: {line}" for module, line in sorted(found - known)]
    return unknown + [f"no survivor: {module}: {line}" for module, line in sorted(known - found)]


def wrong_ideas(file: str) -> list[Mistake]:
    """Make what someone might write instead, also where mutmut changes nothing."""
    listed = Path(__file__).parent / "wrong" / f"{Path(file).stem}.txt"
    right = (ROOT / file).read_text("utf-8")
    parts = re.split(r"^=== ", listed.read_text("utf-8"), flags=re.MULTILINE)[1:]
    return [made(part, right) for part in parts]


def is_caught(file: str, text: str) -> bool:
    with tempfile.TemporaryDirectory() as name:
        copy_core(Path(name))
        Path(name, file).write_text(text, "utf-8")
        return run_tests(Path(name)).returncode == 1


def run_tests(folder: Path) -> subprocess.CompletedProcess[str]:
    options = ["-q", "-x", "--tb=no", "-p", "no:cacheprovider", "-k", LEFT_OUT]
    return run(folder, "pytest", *options, "tests")


def try_wrong_ones(mutated: Sequence[str]) -> list[str]:
    """Try each wrong idea of some files, one on each core; list those that no test caught."""
    ideas = [(file, idea) for file in mutated for idea in wrong_ideas(file)]
    with ThreadPoolExecutor(os.cpu_count()) as cores:
        caught = list(cores.map(lambda idea: is_caught(idea[0], idea[1].source), ideas))
    print(f"{sum(caught)} of {len(ideas)} wrong implementations caught")
    tried = zip(ideas, caught, strict=True)
    return [f"not caught: {file}: {idea.feedback}" for (file, idea), found in tried if not found]


def main(mutated: Sequence[str]) -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        copy_core(folder, mutated)
        if (right := run_tests(folder)).returncode:
            raise SystemExit(f"the tests fail without any mutant:\n{right.stdout[-2000:]}")
        left = [*try_wrong_ones(mutated), *try_small_ones(folder, mutated)]
    print("\n".join(left) or "no mutant is left")
    return 1 if left else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:] or MUTATED))
