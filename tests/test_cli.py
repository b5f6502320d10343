"""The commands, as a user types them: exit codes, what is printed where, what is written."""

import contextlib
import json
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner, Result

from minitasks.cli import cli, in_one_line
from minitasks.scenarios import NAMES
from minitasks.timeline import output

ON_LOOP = """
class BackgroundTask:
    def __init__(self, func, *args):
        self.func, self.args = func, args

    async def __call__(self):
        self.func(*self.args)
"""
NEVER_ENDS = """
import anyio
from minitasks import *

class BackgroundTasks(BackgroundTasks):
    async def __call__(self):
        print("under way", flush=True)
        await anyio.sleep_forever()
"""


def minitasks(*arguments: str) -> Result:
    return CliRunner(env={"COLUMNS": "80"}).invoke(cli, arguments, prog_name="minitasks")


def refused(*arguments: str) -> str:
    """Run a command that can't do what was asked, and give the line that says why."""
    result = minitasks(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("minitasks: ")
    assert result.stderr.count("\n") == 1
    return result.stderr.removeprefix("minitasks: ").rstrip()


@contextlib.contextmanager
def begun(*arguments: str, cwd: Path | None = None) -> Iterator[Any]:
    """Begin a command in a process of its own; give the process, which has pipes."""
    command = [sys.executable, "-m", "minitasks", *arguments]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=cwd, stdout=pipe, stderr=pipe, text=True) as process:
        yield process


def test_run_alone_runs_the_article_and_can_be_piped() -> None:
    """No name, no terminal: register-product, lane by lane, in 80 columns, without an escape."""
    done = CliRunner(env={"COLUMNS": None}).invoke(cli, "run")
    lines = done.stdout.splitlines()
    assert (done.exit_code, done.stderr) == (0, "")
    assert lines[0] == "register-product on minitasks, asyncio"
    assert max(map(len, lines)) <= 80
    assert "\x1b" not in done.stdout
    assert sum(line.startswith("✓ ") for line in lines) == 5
    lanes = re.findall("^(client|event loop|worker thread 1)", done.stdout, re.MULTILINE)
    assert lanes == ["client", "event loop", "worker thread 1"]
    assert re.search(r"^  register_to_blockchain +[█▒]+·+[█▒]+$", done.stdout, re.MULTILINE)
    assert re.search(r"^  send_confirmation_email +█+$", done.stdout, re.MULTILINE)


def test_the_scenarios_are_listed_and_the_shell_completes_their_names() -> None:
    """Each on a line of its own; a shell hands the words over, and gets what may end the last."""
    result = minitasks("run", "--list")
    assert result.exit_code == 0
    assert [line.split()[0] for line in result.stdout.splitlines()] == list(NAMES)
    shell = ShellComplete(cli, {}, "minitasks", "_MINITASKS_COMPLETE")
    for command in ("run", "step"):
        shown = [each.value for each in shell.get_completions([command], "f")]
        assert shown == [name for name in NAMES if name.startswith("f")]


def test_run_prints_rows_and_nothing_but_rows() -> None:
    """Each line is a time, a lane and an event, so that it can be filtered."""
    result = minitasks("run", "in-order", "--rows", "--with", "starlette", "--backend", "trio")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert len(lines) > 40
    row = re.compile(r" *-?\d+\.\d\d  (event loop     |worker thread \d)  \S.*")
    assert [line for line in lines if not row.fullmatch(line)] == []


def test_run_writes_a_page_and_a_trace(tmp_path: Path) -> None:
    """Both files are written, told on stderr, and replaced by the next run."""
    page, trace = tmp_path / "replay.html", tmp_path / "trace.json"
    for _ in range(2):
        result = minitasks("run", "context", "--rows", "--page", str(page), "--trace", str(trace))
        assert result.exit_code == 0
        assert result.stderr.splitlines() == [
            f"Replay page: {page}",
            f"Trace file: {trace}, for ui.perfetto.dev or speedscope.app",
        ]
    assert {*tmp_path.iterdir()} == {page, trace}
    assert "context on minitasks, asyncio" in page.read_text()
    assert json.loads(trace.read_text())["traceEvents"]


def test_run_keeps_what_others_wrote(tmp_path: Path) -> None:
    """A file that is not ours, even if it speaks of us, is refused before anything runs."""
    notes = tmp_path / "notes.html"
    for text in ("", "my notes", "minitasks", "x" * 5_000 + output.PAGE):
        notes.write_text(text)
        for option in ("--page", "--trace"):
            reason = refused("run", "context", option, str(notes))
            assert reason == f"{notes} exists and was not written by minitasks: choose another name"
        assert notes.read_text() == text


@pytest.mark.parametrize(
    ("library", "exit_code", "last"),
    [
        (ON_LOOP, 0, "main was not suspended while write_report ran."),
        (ON_LOOP.replace("async ", ""), 1, "The scenario ended with TypeError: .*NoneType"),
    ],
)
def test_run_tells_what_a_wrong_library_does(
    tmp_path: Path, library: str, exit_code: int, last: str
) -> None:
    """It has been watched all the same; where it raised, as far as it went, without a traceback."""
    (tmp_path / "wrong.py").write_text(library)
    result = minitasks("run", "sync-task", "--with", str(tmp_path / "wrong.py"))
    first, *_, said = [line for line in result.stdout.splitlines() if line.startswith("✗ ")]
    assert first == "✗ write_report is sync: it ran on the event loop."
    assert re.match(f"✗ {last}", said)
    assert (result.exit_code, "Traceback" in result.output) == (exit_code, False)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGINT to send")
@pytest.mark.parametrize(
    ("name", "backend"),
    [("register-product", "asyncio"), ("in-order", "trio"), ("in-order", "uvloop")],
)
def test_ctrl_c_stops_a_run(tmp_path: Path, name: str, backend: str) -> None:
    """Exit code 130, no traceback, whatever is under way: a server, a thread, an event loop."""
    library = tmp_path / "never_ends.py"
    library.write_text(NEVER_ENDS)
    with begun("run", name, "--backend", backend, "--with", str(library)) as process:
        assert process.stdout.readline() == "under way\n"
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (130, "", "")


APPLICATION = """
import fastapi
app = fastapi.FastAPI()

def mail(): pass

@app.get("/hello")
async def hello(tasks: fastapi.BackgroundTasks):
    tasks.add_task(mail)
    return "hello"
"""


def test_an_application_is_served_until_ctrl_c(tmp_path: Path) -> None:
    """Requests from elsewhere are drawn while it runs; Ctrl-C ends it and writes the files."""
    (tmp_path / "hello_shop.py").write_text(APPLICATION)
    with begun("run", "hello_shop:app", "--trace", "trace.json", cwd=tmp_path) as process:
        serving = next(line for line in process.stderr if line.startswith("Serving "))
        address = serving.split()[3].rstrip(".")
        with urllib.request.urlopen(f"{address}/hello") as answer:
            assert answer.read() == b'"hello"'
        drawn = [process.stdout.readline()]
        while "The answer" not in drawn[-1]:
            drawn.append(process.stdout.readline())
        assert drawn[0] == "GET /hello: 200\n"
        process.send_signal(signal.SIGINT)
        process.communicate()
    assert process.returncode == 0
    assert '"generator": "minitasks"' in (tmp_path / "trace.json").read_text()


def test_what_is_said_can_be_read_as_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A scenario and a program: what ran, and each sentence with its figures."""
    monkeypatch.chdir(tmp_path)
    document = json.loads(minitasks("run", "in-order", "--json").stdout)
    assert document["schema"] == 1
    assert (document["name"], document["library"]) == ("in-order", "minitasks")
    assert [each["holds"] for each in document["runs"][0]["findings"]] == [True] * 6
    (tmp_path / "program.py").write_text("import sys\ndef main(): pass\nmain()\n")
    document = json.loads(minitasks("run", "--json", "program.py", "--rows").stdout)
    (found,) = document["runs"][0]["findings"]
    assert (found["kind"], found["figures"]["function"]) == ("ran", "main")


def test_a_programs_own_arguments_are_the_programs(tmp_path: Path) -> None:
    """Also those that look like options, and those that `minitasks run` has itself."""
    program = tmp_path / "program.py"
    program.write_text("import sys\nprint(sys.argv[1:])\n")
    for arguments in (["--fast"], ["--list", "--", "x"], ["a", "--page", "b"], []):
        result = minitasks("run", "--rows", str(program), *arguments)
        assert result.exit_code == 0
        assert result.stdout.splitlines()[0] == str(arguments)


def test_a_scenario_becomes_a_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The copy runs, recorded or not, and is never written over."""
    monkeypatch.chdir(tmp_path)
    assert "sync_task.py is a program now" in minitasks("run", "sync-task", "--copy").stdout
    assert refused("run", "sync-task", "--copy") == (
        "sync_task.py exists already: rename it, or go to another folder"
    )
    subprocess.run([sys.executable, "sync_task.py"], check=True)
    shown = minitasks("run", "sync_task.py").stdout
    assert "write_report" in shown


# What can't be done: the words behind `minitasks`, and how the line begins that says why.
CANNOT = {
    "--nope": "no such option '--nope'; see minitasks --help",
    "walk": "no such command 'walk'; see minitasks --help",
    "run a:b --slow -1": "invalid value for '--slow': -1.0 is not in the range x>=0; see minit",
    "run a:b --slow x": "invalid value for '--slow': 'x' is not a number; see minitasks run --",
    "run a:b --post /x": "option '--post' requires 2 arguments; see minitasks run --help",
    "step a:b --port 99999": "invalid value for '--port': 99999 is not in the range 0<=x<=6553",
    "run a:b --port 1.5": "invalid value for '--port': '1.5' is not a whole number; see minita",
    "workshop walk": "no such command 'walk'; see minitasks workshop --help",
    "workshop report": "missing argument 'DIR...'; see minitasks workshop report --help",
    "run in-ordr": "there is no scenario 'in-ordr': did you mean in-order?",
    "run xyz": "there is no scenario 'xyz': see minitasks run --list",
    "run frozen-loop --backend trio": "frozen-loop does not run on trio: choose asyncio",
    "run in-order --with nix.py": "there is no file nix.py: choose minitasks, starlette",
    "run in-order --with starlete": "there is no library 'starlete': did you mean star",
    "run in-order --with notes.md": "notes.md is not a Python file",
    "run --list extra": "--list lists every scenario: leave out extra",
    "run in-order --ask": "--ask needs a terminal to ask in: run it there, or leave out --",
    "run context --page .": ". is a folder",
    "run context --trace missing/run.json": "there is no folder missing",
    "run shop:app --reload": "--reload starts other processes, which can't be recorded",
    "run shop:app --workers 2": "--workers starts other processes, which can't",
    "run shop:app --with starlette": "--with means nothing for an application",
    "run shop:app --backend trio": "uvicorn does not run on trio: choose asyncio or",
    "run shop:app more": "more means nothing for an application",
    "run --get / sync-task": "--get means nothing for a scenario",
    "run --backend trio program.py": "--backend means nothing for a program",
    "run missing.py": "there is no file missing.py",
    "run no_such_shop:app": "there is no module no_such_shop",
    "run a:b --slow nan": "invalid value for '--slow': nan is no number; see minitasks run",
    "run a:": "a: names no application: say it as in shop.main:app",
    "run shop/a.py:b": "shop/a.py:b names a file: name its module, as in shop.a:b",
    "run a:b --app-dir nowhere": "there is no folder nowhere for --app-dir",
    "run sync-task --page x --trace x": "--page and --trace both name x: choose two files",
    "run sync-task --rows --json": "--rows and --json exclude each other: choose one",
    "step :a": ":a names no application: say it as in shop.main:app",
    "workshop watch --timeout 0": "invalid value for '--timeout': 0.0 is not in the range 0",
    "workshop check 1 --file .": "there is no file .: name the Python file to grade",
    "step no-such": "there is no scenario 'no-such'",
    "step --list no-such": "there is no scenario 'no-such'",
    "step context --stop 9": "context has stops 1 to 4, and no stop 9",
    "step context --backend curio": "context does not run on curio",
    "step context --into no_such_package": "there is no package 'no_such_package' to step into",
    "step context --with no_such.py": "there is no file no_such.py",
    "step no_such.py": "there is no file no_such.py",
    "step nowhere:app": "there is no module nowhere",
    "step hello_shop:nothing": "hello_shop has no nothing: name it as in hello_shop:app",
    "step shop:app --reload": "--reload starts other processes, which can't be recorded",
    "step shop:app --with starlette": "--with means nothing for an application",
    "step hello_shop:app --stop 0": "hello_shop:app has stops 1 to the last that is reached, and",
    "step shop:app --backend trio": "uvicorn does not run on trio",
}


@pytest.mark.parametrize("words", CANNOT)
def test_what_cannot_be_done_is_told_in_one_line(
    words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 2, no traceback; nothing that was asked for is ignored in silence."""
    (tmp_path / "hello_shop.py").write_text(APPLICATION)
    (tmp_path / "notes.md").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", sys.path[:])
    assert refused(*words.split()).startswith(CANNOT[words])
    sys.modules.pop("hello_shop", None)


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (PermissionError(13, "Permission denied", "a.py"), "a.py can't be read or written: Perm"),
        (OSError("the device is gone"), "a file can't be read or written: the device is gone"),
    ],
)
def test_what_the_system_refuses_is_told_in_one_line(
    error: OSError, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the file, where the system names it, and the reason."""
    with pytest.raises(click.exceptions.Exit), in_one_line():
        raise error
    assert capsys.readouterr().err.startswith(f"minitasks: {line}")


def test_a_group_alone_shows_its_commands() -> None:
    """That is no mistake to be told in a line."""
    assert "Commands:" in minitasks("workshop").output


FACTORIES = """
def gives_function():
    return lambda: None

def gives_dict():
    return {}

async def gives_later(): pass
"""


@pytest.mark.parametrize(
    ("factory", "kind"),
    [("gives_function", "function"), ("gives_dict", "dict"), ("gives_later", "coroutine")],
)
def test_a_factory_that_makes_no_application(tmp_path: Path, factory: str, kind: str) -> None:
    """It is not told to say --factory, which it was."""
    (tmp_path / "makers.py").write_text(FACTORIES)
    said = refused("run", f"makers:{factory}", "--factory", "--app-dir", str(tmp_path))
    assert said == f"what the factory makers:{factory} makes is no ASGI 3 application, but a {kind}"


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
