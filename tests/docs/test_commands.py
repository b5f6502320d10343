"""Commands: what the README and the book tell to type does what they show below it."""

import doctest
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.pages import PAGES, ROOT, Command, blocks, commands

# These take more than three seconds each.
SLOW = ("kill_the_server.py", "kill_a_worker.py", "docs/build.py", "pip install", "pytest", "mypy")


def parameters() -> list[object]:
    """Give each command that prints something the markers that it needs."""
    return [
        pytest.param(
            command,
            id=str(command),
            marks=[pytest.mark.slow] if any(word in command.line for word in SLOW) else [],
        )
        for command in commands()
    ]


@pytest.mark.parametrize("command", parameters())
def test_command_prints_what_the_page_shows(command: Command) -> None:
    """A command that a page shows prints what the page says; `...` stands for anything."""
    printed = run(command.line)
    checker = doctest.OutputChecker()
    same = checker.check_output(command.output, printed, doctest.ELLIPSIS)
    assert same, f"$ {command.line}\n{printed}\nbut the page says\n{command.output}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_examples_of_a_page_run_as_shown(page: Path) -> None:
    """A page's `>>>` examples, run from top to bottom, give what the page says."""
    examples = "\n".join(blocks(page, "pycon"))
    test = doctest.DocTestParser().get_doctest(examples, {}, page.name, str(page), 0)
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    runner.run(test)
    assert runner.summarize(verbose=False).failed == 0


def run(line: str) -> str:
    """Run a shell command as a reader would from the repository's root; give all that it prints."""
    here = Path(sys.executable).parent
    environment = {**os.environ, "PATH": f"{here}:{os.environ['PATH']}", "NO_COLOR": "1"}
    environment |= {"COLUMNS": "80", "TERM": "dumb"}
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", line],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, f"$ {line}\n{done.stdout}"
    return done.stdout
