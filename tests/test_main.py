"""The command without the packages that it needs."""

import subprocess
import sys

import pytest

from minitasks.errors import packages_of_extras


@pytest.mark.parametrize("package", ["click", "uvicorn"])
def test_a_missing_extra_is_named_in_one_line(package: str) -> None:
    """Where a package is missing, one line names it and what to install; the exit code is 2."""
    program = (
        f"import sys, runpy\nsys.modules[{package!r}] = None\nsys.argv = ['minitasks', 'run']\n"
        "runpy.run_module('minitasks', run_name='__main__')\n"
    )
    finished = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (finished.returncode, finished.stdout) == (2, "")
    assert finished.stderr == (
        f"minitasks: {package} is missing: "
        "in your copy of minitasks, run: python -m pip install '.[workshop]'\n"
    )


def test_the_list_of_packages_is_that_of_pyproject() -> None:
    """What an extra brings is written in one place."""
    extras = packages_of_extras()
    assert {"click", "starlette", "pytest", "watchfiles"} <= extras.keys()
    assert (extras["click"], extras["celery"], extras["zensical"]) == ("workshop", "queue", "docs")
