"""Commands: what the README and the book tell to type does what they show below it."""

import doctest
import os
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from tests.docs.pages import PAGES, ROOT, Command, blocks, commands, scripts
from tests.docs.snippets import snippet
from tests.parts import need_part

# These take more than a second each, some of them many: most start a server as production does.
SLOW = (
    "docs/snippets/outgrow",
    "docs/snippets/pitfalls/keep_alive.py",
    "docs/snippets/pitfalls/no_back_pressure.py",
    "docs/snippets/pitfalls/shared_tokens.py",
    "docs/snippets/production",
    "measured.py",
    "million.py",
    "shapes.py",
    "releases.py",
    "minitasks workshop",
    "mypy",
)
LIKE = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
INSTALL = "python -m pip install '.[workshop]' && minitasks run"
TEST = "python -m pip install '.[test]' && python -m pytest"


# Each command that is shown with its output, and the marker that it needs.
SHOWN = [
    pytest.param(
        command,
        id=str(command),
        marks=[pytest.mark.slow] if any(word in command.line for word in SLOW) else [],
    )
    for command in commands()
]


@pytest.mark.parametrize("command", SHOWN)
def test_command_prints_what_the_page_shows(command: Command) -> None:
    """A command that a page shows prints what the page says; `...` stands for anything."""
    printed = run(command.line, succeeds=False)
    missing = re.search(r"No module named '(\w+)", printed)
    need_part(not missing, f"{missing and missing[1]}: pip install --group ci")
    checker = doctest.OutputChecker()
    same = checker.check_output(command.output, printed, LIKE)
    assert same, f"$ {command.line}\n{printed}\nbut the page says\n{command.output}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_examples_of_a_page_run_as_shown(page: Path) -> None:
    """A page's `>>>` examples, run from top to bottom, give what the page says."""
    examples = "\n".join(blocks(page, "pycon"))
    test = doctest.DocTestParser().get_doctest(examples, {}, page.name, str(page), 0)
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    runner.run(test)
    assert runner.summarize(verbose=False).failed == 0


def in_text() -> list[str]:
    """Give the commands that pages name in their text and that end by themselves."""
    named = re.compile(r"`(minitasks (?:run|compare (?=\w))[^`]*)`")
    lines = {" ".join(found.split()) for page in PAGES for found in named.findall(page.read_text())}
    # A word in capitals stands for something that the reader puts there.
    return sorted(line for line in lines if not re.search(r"\b[A-Z]{2,}\b", line))


@pytest.mark.slow
@pytest.mark.parametrize("line", in_text())
def test_command_in_the_text_succeeds(line: str, tmp_path: Path) -> None:
    """A command that a page names in its text can be typed as it stands, and succeeds."""
    for name in re.findall(r"--with (\S+\.py)", line):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / "minitasks" / "background.py", tmp_path / name)
    run(line, cwd=tmp_path)


def test_every_block_of_commands_is_run_by_a_test() -> None:
    """The blocks of commands without output are those that the tests below and elsewhere run."""
    shown = {line for page in PAGES for script in scripts(page) for line in script.splitlines()}
    elsewhere = {
        "python docs/snippets/four_ways/table.py",
        "python docs/snippets/four_ways/costs.py",
        "python docs/snippets/production/where.py",
        *blocks(ROOT / "docs" / "pages" / "outgrowing.md", "sh")[0].splitlines(),
        # These wait for what is typed: tests/tour drives them in a pseudo-terminal.
        "minitasks step",
        "minitasks step --editor vscode",
    }
    assert shown - elsewhere - {INSTALL, TEST} == set()


@pytest.mark.slow
def test_first_command_of_the_readme_works_on_a_bare_python(tmp_path: Path) -> None:
    """With nothing but pip, the README's first command installs, runs and says what it shows."""
    venv.create(tmp_path / "bare", with_pip=True)
    printed = without_times(run(INSTALL, python=tmp_path / "bare" / "bin"))
    (said,) = blocks(ROOT / "README.md", "text")
    assert without_times(said) in printed


def without_times(text: str) -> str:
    text = re.sub(r"[\d.]+ ms", "... ms", " ".join(text.split()))
    return re.sub(r"(before|after) that call", "... that call", text)


@pytest.mark.slow
def test_commands_of_the_queue_serve_and_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The block that starts two workers and the server: what is posted is done by a worker."""
    import httpx2

    (block,) = blocks(ROOT / "docs" / "pages" / "outgrowing.md", "sh")
    with snippet("outgrow/processes.py") as processes, snippet("outgrow/shop.py") as shop:
        port = processes.free_port()
        monkeypatch.setenv("UVICORN_PORT", str(port))
        monkeypatch.setenv("PATH", path_with(Path(sys.executable).parent))
        monkeypatch.setattr(processes, "HERE", ROOT)
        with processes.running(["bash", "-c", block], tmp_path):
            processes.wait_until(lambda: processes.answers(port))
            httpx2.post(f"http://127.0.0.1:{port}/queue", json=["book"]).raise_for_status()
            processes.wait_until(lambda: shop.products(tmp_path, "done") == ["book"])


def run(
    line: str, cwd: Path = ROOT, python: Path = Path(sys.executable).parent, succeeds: bool = True
) -> str:
    """Run a shell command as a reader would; give all that it prints."""
    environment = {**os.environ, "PATH": path_with(python), "NO_COLOR": "1"}
    environment |= {"COLUMNS": "80", "TERM": "dumb", "PYTHONPATH": ""}
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", line],
        cwd=cwd,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0 or not succeeds, f"$ {line}\n{done.stdout}"
    return done.stdout


def path_with(python: Path) -> str:
    return f"{python}:{os.environ['PATH']}"
