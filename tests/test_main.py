"""The command without the packages that it needs."""

import subprocess
import sys

from minitasks.__main__ import NEEDED


def run_without(packages: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
    """Run `minitasks run` in a Python that has everything but these packages."""
    program = (
        "import sys, runpy\n"
        f"sys.modules.update(dict.fromkeys({packages!r}))\n"
        "sys.argv = ['minitasks', 'run']\n"
        "runpy.run_module('minitasks', run_name='__main__')\n"
    )
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)


def test_a_missing_extra_is_named_in_one_line() -> None:
    """Without the workshop extra, a command says in one line what to install, and exits with 2."""
    finished = run_without(NEEDED)

    assert finished.returncode == 2
    assert finished.stdout == ""
    assert finished.stderr.count("\n") == 1
    assert "python -m pip install 'minitasks[workshop]'" in finished.stderr


def test_the_package_that_is_missing_is_named() -> None:
    """Where one package of the extra is missing, the line names that package alone."""
    finished = run_without(("httpx2",))

    assert finished.stderr.startswith("minitasks: httpx2 is missing")
