"""What a command can't do, or does not do for a program, is told in one line on stderr."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from minitasks.cli import cli

FACTORIES = """
def gives_function():
    return lambda: None

def gives_dict():
    return {}

async def gives_later(): pass
"""
NO_APPLICATION = "what the factory makers:{} makes is no ASGI 3 application, but a {}"


def minitasks(*arguments: str) -> Result:
    return CliRunner(env={"COLUMNS": "80"}).invoke(cli, arguments, prog_name="minitasks")


def line_of(result: Result) -> str:
    """Give the line with which a command refuses."""
    assert (result.exit_code, result.stdout) == (2, "")
    (line,) = result.stderr.splitlines()
    assert line.startswith("minitasks: ")
    return line.removeprefix("minitasks: ")


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ("--nope", "no such option '--nope'; see minitasks --help"),
        ("walk", "no such command 'walk'; see minitasks --help"),
        (
            "run a:b --slow -1",
            "invalid value for '--slow': -1.0 is not in the range x>=0; see minit",
        ),
        (
            "run a:b --slow x",
            "invalid value for '--slow': 'x' is not a number; see minitasks run --",
        ),
        ("run a:b --slow nan", "invalid value for '--slow': nan is no number; see minitasks run"),
        ("run a:", "a: names no application: say it as in shop.main:app"),
        ("run shop/a.py:b", "shop/a.py:b names a file: name its module, as in shop.a:b"),
        ("run a:b --app-dir nowhere", "there is no folder nowhere for --app-dir"),
        ("run sync-task --page x --trace x", "--page and --trace both name x: choose two files"),
        ("step :a", ":a names no application: say it as in shop.main:app"),
        ("run sync-task --rows --json", "--rows and --json exclude each other: choose one"),
        ("workshop watch --timeout 0", "invalid value for '--timeout': 0.0 is not in the range 0"),
        ("workshop check 1 --file .", "there is no file .: name the Python file to grade"),
        (
            "step a:b --port 99999",
            "invalid value for '--port': 99999 is not in the range 0<=x<=6553",
        ),
        (
            "run a:b --port 1.5",
            "invalid value for '--port': '1.5' is not a whole number; see minita",
        ),
        ("run a:b --post /x", "option '--post' requires 2 arguments; see minitasks run --help"),
        ("workshop walk", "no such command 'walk'; see minitasks workshop --help"),
        ("workshop report", "missing argument 'DIR...'; see minitasks workshop report --help"),
    ],
)
def test_what_the_command_line_has_wrong(arguments: str, line: str) -> None:
    """Exit code 2, and where to look it up."""
    assert line_of(minitasks(*arguments.split())).startswith(line)


def test_a_group_alone_shows_its_commands() -> None:
    """That is no mistake to be told in a line."""
    assert "Commands:" in minitasks("workshop").output


@pytest.mark.parametrize(
    ("factory", "kind"),
    [("gives_function", "function"), ("gives_dict", "dict"), ("gives_later", "coroutine")],
)
def test_a_factory_that_makes_no_application(tmp_path: Path, factory: str, kind: str) -> None:
    """It is not told to say --factory, which it was."""
    (tmp_path / "makers.py").write_text(FACTORIES)
    result = minitasks("run", f"makers:{factory}", "--factory", "--app-dir", str(tmp_path))
    assert line_of(result) == NO_APPLICATION.format(factory, kind)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("reload=True", True),
        ("port=1, workers=count", True),
        ("reload=False, workers=1", False),
        ("port=1", False),
    ],
)
def test_a_program_that_serves_in_other_processes(tmp_path: Path, given: str, says: bool) -> None:
    """Nothing of them is recorded; that is said before it runs."""
    program = tmp_path / "main.py"
    program.write_text(f"import uvicorn\nif not __name__:\n    uvicorn.run('main:app', {given})\n")
    line = (
        "minitasks: with reload or workers main.py serves in other processes, which can't be "
        "watched: leave them out"
    )
    assert minitasks("run", str(program)).stderr.splitlines() == [line] * says


@pytest.mark.parametrize("words", [["--get", "/"], ["x", "--get=/"]])
def test_requests_behind_a_program_are_its_own_arguments(tmp_path: Path, words: list[str]) -> None:
    """It gets them as before, and a line says how to send them to its application."""
    program = tmp_path / "main.py"
    program.write_text("import sys\nprint(sys.argv[1:])\n")
    result = minitasks("run", str(program), *words)
    assert str(words) in result.stdout
    assert result.stderr.splitlines() == [
        "minitasks: --get goes to main.py itself; to send requests name its application: "
        "minitasks run main:app --get /"
    ]
