"""The watch screen, as a learner drives it: in a pseudo-terminal, through a whole workshop."""

import io
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.console import Console
from rich.text import Text

from minitasks.cli import cli
from minitasks.workshop import catalog
from minitasks.workshop.catalog import Exercise, text_of
from minitasks.workshop.folder import Workshop
from minitasks.workshop.verdict import Verdict
from minitasks.workshop.watch import Watch, looks
from tests.parts import TIMEOUT, wait_until
from tests.workshop.mistakes import mistakes_of
from tests.workshop.test_parent import FAILING, HANGING, descendants, is_running, processes_holding

pexpect = pytest.importorskip("pexpect")

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a pseudo-terminal is POSIX's")

# What may stand between two words on a screen: white space, line ends, colours.
BETWEEN = r"(?:\s|\x1b\[[0-9;]*m)+"

EVERY = catalog.exercises()
FIRST, SECOND, THIRD = EVERY[:3]


class Learner:
    """A learner at a terminal of 24 lines and 80 columns, who has seen the first stub graded."""

    def __init__(self, folder: Path, *options: str, **environment: str) -> None:
        self.folder = folder
        self.terminal = pexpect.spawn(
            sys.executable,
            ["-m", "minitasks", "workshop", "watch", *options],
            cwd=str(folder),
            env={**os.environ, "TERM": "xterm-256color", **environment},
            dimensions=(24, 80),
            encoding="utf-8",
            timeout=60,
        )
        self.sees_heading(FIRST)
        self.sees("not yet")

    def sees(self, text: str) -> None:
        """Wait until a text is on the screen, however it is wrapped and coloured there."""
        self.terminal.expect(BETWEEN.join(re.escape(word) for word in text.split()))

    def sees_heading(self, exercise: Exercise) -> None:
        self.sees(f"{exercise.number} of {len(EVERY)}: {exercise.title}")

    def presses(self, key: str) -> None:
        self.terminal.send(key)

    def saves(self, exercise: Exercise, text: str) -> None:
        """Save the file of an exercise, as an editor does: beside it, then in its place."""
        file = self.folder / exercise.folder.name / "exercise.py"
        beside = file.with_name("exercise.py~")
        beside.write_text(text, encoding="utf-8")
        beside.replace(file)

    def passes(self, exercise: Exercise) -> None:
        self.saves(exercise, text_of(exercise.solution))
        self.sees("passed: all")

    def quits(self) -> None:
        """Press q, and see that nothing is left running."""
        children = descendants(self.terminal.pid)
        self.presses("q")
        self.sees("bye; minitasks workshop watch goes on from here")
        self.terminal.expect(pexpect.EOF)
        self.terminal.wait()
        assert self.terminal.exitstatus == 0
        wait_until(lambda: not any(is_running(pid) for pid in children))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A learner's folder, by the command, with spaces and Korean letters in its path."""
    folder = tmp_path / "내 워크숍 1"
    started = CliRunner().invoke(cli, ["workshop", "start", str(folder)])
    assert "minitasks workshop watch" in started.stdout
    return folder


@pytest.fixture
def learner(folder: Path) -> Iterator[Learner]:
    """A learner who has begun; in the end, q quits and leaves nothing running."""
    learner = Learner(folder)
    yield learner
    learner.quits()


def test_a_save_is_graded_at_once(learner: Learner) -> None:
    """The stub is graded, a hint opens by key, a save is graded, reset and undo change it over; and
    whoever saves another exercise is taken there.
    """
    learner.sees("no change seen yet")
    learner.presses("h")
    learner.sees(f"hint 1 of 3: {FIRST.hints[0][0]}")
    learner.passes(FIRST)
    learner.sees("n goes on")
    learner.sees("last change seen at")
    learner.presses("r")
    learner.sees("u brings your file back")
    learner.sees("not yet")
    learner.presses("u")
    learner.sees("passed: all")
    learner.presses("l")
    learner.sees("1 to 7 take two hours")
    learner.presses("n")
    learner.sees_heading(SECOND)
    learner.saves(THIRD, text_of(THIRD.solution))
    learner.sees_heading(THIRD)
    learner.sees("passed: all")


def test_keys_work_and_a_save_counts_while_grading_runs(folder: Path) -> None:
    """An endless loop blocks neither the keys nor the next save, which calls its grading off."""
    learner = Learner(folder, "--timeout", "50")
    mark = folder / "running"
    learner.saves(FIRST, f"open({str(mark)!r}, 'w').close()\nwhile True:\n    pass\n")
    wait_until(mark.exists)
    learner.presses("h")
    learner.sees("hint 1 of 3")
    learner.passes(FIRST)
    learner.quits()


@pytest.mark.slow
@pytest.mark.parametrize("options", [("--plain",), ("--poll",), ()])
def test_works_on_any_terminal(folder: Path, options: tuple[str, ...]) -> None:
    """On a dumb terminal, for a screen reader and without notices of saves: the same words."""
    environment = {"TERM": "xterm-256color" if options else "dumb", "NO_COLOR": "1"}
    learner = Learner(folder, *options, **environment)
    learner.passes(FIRST)
    seen = learner.terminal.before + learner.terminal.after
    learner.quits()
    # No colour; and no cursor movement where nothing may be drawn over.
    assert not re.search(r"\x1b\[(3[0-7]|9[0-7]|38)[;m]", seen)
    if options != ("--poll",):
        assert "\x1b" not in seen


@pytest.mark.slow
def test_the_timeline_key_runs_the_scenario_of_the_readme(learner: Learner) -> None:
    """The key t hands the terminal to `minitasks run`, with the learner's file, and comes back."""
    learner.passes(FIRST)
    learner.presses("t")
    learner.sees("event loop")
    learner.sees("any key goes back")
    learner.presses("x")
    learner.sees("passed: all")


RAISES_IN_A_THREAD = """
import anyio.to_thread

async def run_in_threadpool(func, *args):
    await anyio.to_thread.run_sync(work, 1)

def work(number):
    half = number / 2
    raise ValueError(half)
"""


@pytest.mark.slow
def test_the_debug_key_stops_at_the_learners_line(learner: Learner) -> None:
    """The key d runs the failing test under pdb, stops where it failed, in whichever thread, with
    the learner's variables and no library's frames, and comes back.
    """
    learner.saves(SECOND, RAISES_IN_A_THREAD)
    learner.sees("ValueError: 0.5")
    learner.presses("d")
    learner.sees("n: next line")
    learner.sees("exercise.py(9)work()")
    for command, shown in {
        "p number, half": "(1, 0.5)",
        "import threading; threading.current_thread() is threading.main_thread()": "False",
        "w": "exercise.py(9)work()",
    }.items():
        learner.sees("(Pdb)")
        learner.terminal.sendline(command)
        learner.sees(shown)
    assert "anyio" not in learner.terminal.before
    learner.terminal.sendline("q")
    learner.sees("any key goes back")
    learner.presses("x")
    learner.sees("ValueError: 0.5")


def test_a_closed_terminal_ends_everything(folder: Path) -> None:
    """When the terminal is closed under it, watch ends, and so does every process of its."""
    learner = Learner(folder)
    pids = [learner.terminal.pid, *descendants(learner.terminal.pid)]
    assert len(pids) > 1
    learner.terminal.close(force=False)
    wait_until(lambda: not any(is_running(pid) for pid in pids))


@pytest.fixture
def watch(workshop: Workshop) -> Watch:
    """A watch screen of 24 lines, drawn where `shown` reads it."""
    console = Console(width=80, height=24, file=io.StringIO(), force_terminal=True, no_color=True)
    return Watch(workshop, console)


def shown(watch: Watch) -> str:
    file = watch.console.file
    assert isinstance(file, io.StringIO)
    text = file.getvalue()
    file.truncate(file.seek(0))
    return text


def test_the_screen_fits_the_window(watch: Watch) -> None:
    """A verdict that is longer than 24 lines is cut in its middle: heading, bar and keys stay."""
    watch.verdict = Verdict(
        "double",
        "exercise.py",
        False,
        "claim",
        claim="It holds. " * 30,
        seen="word " * 300,
        example="\n".join(f"line = {number}" for number in range(40)),
        printed="a\nb\nc",
    )
    watch.draw()
    lines = re.sub(r"\x1b\[[0-9;]*[a-zA-Z]", "", shown(watch)).splitlines()
    assert len(lines) <= 23
    assert lines[0] == "1 of 2: Double it"
    assert "... space shows more" in lines
    assert lines[-3].startswith("[---")
    assert lines[-1] == "no change seen yet"


@pytest.mark.parametrize("height", range(40, 60))
def test_space_shows_the_rest_and_then_the_beginning(watch: Watch, height: int) -> None:
    """Every line of what is higher than the window is shown, and none twice."""
    watch.draw(Text("\n".join(f"line {number}" for number in range(height))), alone=True)
    screens = [shown(watch)]
    while "space shows the beginning" not in screens[-1]:
        watch.press(" ")
        screens.append(shown(watch))
    assert re.findall(r"line (\d+)", "".join(screens)) == [str(number) for number in range(height)]
    watch.press(" ")
    assert "line 0\n" in shown(watch)


def test_two_saves_of_one_second_are_two_where_files_are_read(tmp_path: Path) -> None:
    """Also where a file keeps its time: what is in it counts."""
    file = tmp_path / "exercise.py"
    file.write_bytes(b"one = 0\n")
    before = file.stat()
    saves = looks([file])
    next(saves)
    for content in (b"one = 1\n", b"one = 2\n"):
        file.write_bytes(content)
        os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
        assert next(filter(None, saves)) == {file}
    file.write_bytes(content)
    assert not any(islice(saves, 30))


def test_keys_work_after_ctrl_z_and_fg(learner: Learner) -> None:
    """The shell sets the terminal as it likes; then the screen is drawn anew, and a key counts."""
    learner.sees("no change seen yet")
    pid = learner.terminal.pid
    # Not Ctrl-Z itself, which stops nothing where there is no shell.
    os.kill(pid, signal.SIGSTOP)
    # The third word is the process's state: T is stopped.
    wait_until(lambda: Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T")
    lines_again(learner.terminal.child_fd)
    os.kill(pid, signal.SIGCONT)
    learner.sees("no change seen yet")
    learner.presses("i")
    learner.sees(FIRST.title)
    learner.sees("no change seen yet")
    learner.presses("h")
    learner.sees("hint 1 of 3")


# Hears a signal in the middle of a wait, and takes longer over it than the wait would.
INTERRUPTED = """
import signal, sys, time
from pathlib import Path
from rich.console import Console
from minitasks.workshop.folder import Workshop
from minitasks.workshop.watch import TICK, Watch

heard = []

def hear(number, frame):
    time.sleep(2 * TICK)
    heard.append("q")

signal.signal(signal.SIGALRM, hear)
signal.setitimer(signal.ITIMER_REAL, TICK / 2)
for _ in Watch(Workshop(Path(sys.argv[1])), Console()).saves():
    if heard:
        print(*heard)
        break
"""


def test_a_signal_does_not_make_the_wait_endless(folder: Path) -> None:
    """As `fg` sends one: keys count afterwards, however long Python took over the signal."""
    command = [sys.executable, "-c", INTERRUPTED, str(folder)]
    assert subprocess.check_output(command, text=True, timeout=TIMEOUT) == "q\n"


def lines_again(terminal: int) -> None:
    """Set a terminal as a shell does: it hands over whole lines."""
    import termios

    flags = termios.tcgetattr(terminal)
    flags[3] |= termios.ICANON | termios.ECHO
    termios.tcsetattr(terminal, termios.TCSADRAIN, flags)


def test_a_journal_that_is_damaged_meanwhile_is_mended(workshop: Workshop) -> None:
    """Damage during a session is put right and told; the session goes on."""
    file = io.StringIO()
    watch = Watch(workshop, Console(width=80, file=file), redraw=False)
    workshop.journal.file.write_text("{broken")
    watch.do(watch.press, "l")
    assert "the progress file was damaged" in file.getvalue()
    assert "Double it" in file.getvalue()


@pytest.mark.slow
@pytest.mark.parametrize("source", [HANGING["an endless import"][0], FAILING["os._exit"][0]])
def test_the_command_outlives_a_hostile_file(tmp_path: Path, source: str) -> None:
    """The real command ends with 1 and a line that says why, and leaves no process behind."""
    file = tmp_path / "hostile.py"
    file.write_text(source, encoding="utf-8")
    words = ["workshop", "check", "1", "--file", str(file), "--timeout", "2"]
    ran = subprocess.run(
        [sys.executable, "-m", "minitasks", *words], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 1
    assert "seen:  your" in ran.stdout
    assert ran.stderr == ""
    wait_until(lambda: processes_holding(str(tmp_path)) == [])


@pytest.mark.slow
def test_a_whole_workshop(folder: Path) -> None:
    """From the first exercise to the last: the stub fails, a mistake hears what it should, the
    solution passes, and the key n leads on."""
    learner = Learner(folder, "--timeout", "30")
    for exercise in EVERY:
        if exercise != FIRST:
            learner.sees_heading(exercise)
            learner.sees("not yet")
        mistake = mistakes_of(exercise)[0]
        learner.saves(exercise, mistake.source)
        learner.sees(mistake.feedback)
        learner.passes(exercise)
        learner.presses("n")
    learner.sees("Every exercise has passed")
    learner.quits()
    command = [sys.executable, "-m", "minitasks", "workshop", "list", "--json"]
    said = subprocess.check_output(command, cwd=folder, encoding="utf-8")
    assert [one["passed"] for one in json.loads(said)["exercises"]] == [True] * len(EVERY)
