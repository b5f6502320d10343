"""The watch screen, as a learner drives it: in a pseudo-terminal, through a whole workshop."""

import io
import json
import os
import queue
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console
from rich.text import Text

from minitasks.workshop import catalog
from minitasks.workshop.catalog import Exercise, text_of
from minitasks.workshop.folder import Workshop
from minitasks.workshop.verdict import Verdict
from minitasks.workshop.watch import Pressed, Saved, Saves, Watch, WatchEvent
from tests.parts import TIMEOUT, wait_until
from tests.workshop.mistakes import mistakes_of
from tests.workshop.test_parent import (
    HANGING,
    HOSTILE,
    descendants,
    is_running,
    processes_holding,
)

pexpect = pytest.importorskip("pexpect")

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a pseudo-terminal is POSIX's")

# What may stand between two words on a screen: white space, line ends, colours.
BETWEEN = r"(?:\s|\x1b\[[0-9;]*m)+"


def words(text: str) -> str:
    """Write a pattern that finds a text however the screen wraps and colours it."""
    return BETWEEN.join(re.escape(word) for word in text.split())


class Learner:
    """A learner at a terminal of 24 lines and 80 columns."""

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

    def sees(self, text: str) -> None:
        """Wait until a text is on the screen."""
        self.terminal.expect(words(text))

    def presses(self, key: str) -> None:
        """Press a key."""
        self.terminal.send(key)

    def saves(self, exercise: Exercise, text: str) -> None:
        """Save the file of an exercise, as an editor does: beside it, then in its place."""
        file = self.folder / exercise.folder.name / "exercise.py"
        beside = file.with_name("exercise.py~")
        beside.write_text(text, encoding="utf-8")
        beside.replace(file)

    def quits(self) -> None:
        """Press q, and see that nothing is left running."""
        children = descendants(self.terminal.pid)
        self.presses("q")
        self.sees("bye; minitasks workshop watch goes on from here")
        self.terminal.expect(pexpect.EOF)
        self.terminal.wait()
        assert self.terminal.exitstatus == 0
        wait_until(lambda: not any(is_running(pid) for pid in children))


def begun(tmp_path: Path) -> Path:
    """Make a learner's folder, by the real command."""
    folder = tmp_path / "내 워크숍 1"
    said, code = pexpect.run(
        f"{sys.executable} -m minitasks workshop start '{folder}'",
        encoding="utf-8",
        withexitstatus=True,
        timeout=60,
    )
    assert code == 0, said
    assert "minitasks workshop watch" in said
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A learner's folder, with spaces and Korean letters in its path."""
    yield begun(tmp_path)
    shutil.rmtree(tmp_path, ignore_errors=True)


def test_a_save_is_graded_at_once(folder: Path) -> None:
    """The stub is graded, a hint opens by key, a save is graded, reset and undo change it over."""
    first, second = catalog.exercises()[:2]
    learner = Learner(folder)
    learner.sees(f"1 of {len(catalog.exercises())}: {first.title}")
    learner.sees("not yet")
    learner.sees("no change seen yet")

    learner.presses("h")
    learner.sees(f"hint 1 of 3: {first.hints[0][0]}")

    learner.saves(first, text_of(first.solution))
    learner.sees("passed: all")
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
    learner.sees(f"2 of {len(catalog.exercises())}: {second.title}")
    learner.quits()


def test_keys_work_and_a_save_counts_while_grading_runs(folder: Path) -> None:
    """An endless loop blocks neither the keys nor the next save, which calls its grading off."""
    first = catalog.exercises()[0]
    learner = Learner(folder, "--timeout", "50")
    learner.sees("not yet")
    mark = folder / "running"
    learner.saves(first, f"open({str(mark)!r}, 'w').close()\nwhile True:\n    pass\n")
    wait_until(mark.exists)

    learner.presses("h")
    learner.sees("hint 1 of 3")
    learner.saves(first, text_of(first.solution))
    learner.sees("passed: all")
    learner.quits()


@pytest.mark.slow
def test_an_exercise_that_is_saved_is_turned_to(folder: Path) -> None:
    """Whoever saves another exercise is taken there."""
    third = catalog.exercises()[2]
    learner = Learner(folder)
    learner.sees("not yet")
    learner.saves(third, text_of(third.solution))
    learner.sees(f"3 of {len(catalog.exercises())}: {third.title}")
    learner.sees("passed: all")
    learner.quits()


@pytest.mark.slow
@pytest.mark.parametrize("options", [("--plain",), ("--poll",), ()])
def test_works_on_any_terminal(folder: Path, options: tuple[str, ...]) -> None:
    """On a dumb terminal, for a screen reader and without notices of saves: the same words."""
    first = catalog.exercises()[0]
    environment = {"TERM": "xterm-256color" if options else "dumb", "NO_COLOR": "1"}
    learner = Learner(folder, *options, **environment)
    learner.sees("not yet")
    learner.saves(first, text_of(first.solution))
    learner.sees("passed: all")
    seen = learner.terminal.before + learner.terminal.after
    learner.quits()

    # No colour; and no cursor movement where nothing may be drawn over.
    assert not re.search(r"\x1b\[(3[0-7]|9[0-7]|38)[;m]", seen)
    if options != ("--poll",):
        assert "\x1b" not in seen


@pytest.mark.slow
def test_the_timeline_key_runs_the_scenario_of_the_readme(folder: Path) -> None:
    """The key t hands the terminal to `minitasks run`, with the learner's file, and comes back."""
    first = catalog.exercises()[0]
    assert first.scenario
    learner = Learner(folder)
    learner.sees("not yet")
    learner.saves(first, text_of(first.solution))
    learner.sees("passed: all")
    learner.presses("t")
    learner.sees("event loop")
    learner.sees("any key goes back")
    learner.presses("x")
    learner.sees("passed: all")
    learner.quits()


@pytest.mark.slow
def test_the_debug_key_stops_at_the_learners_line(folder: Path) -> None:
    """The key d runs the failing test under pdb, stops at the learner's line, and comes back."""
    first = catalog.exercises()[0]
    learner = Learner(folder)
    learner.sees("not yet")
    learner.saves(first, text_of(first.solution).replace("self.args = args", "self.args = [args]"))
    learner.sees("task.args should be")
    learner.presses("d")
    learner.sees("n: next line")
    learner.sees("exercise.py(")
    learner.sees("(Pdb)")
    learner.terminal.sendline("p func.__name__")
    learner.sees("'send'")
    learner.terminal.sendline("q")
    learner.sees("any key goes back")
    learner.presses("x")
    learner.sees("task.args should be")
    learner.quits()


def test_a_closed_terminal_ends_everything(folder: Path) -> None:
    """When the terminal is closed under it, watch ends, and so does every process of its."""
    learner = Learner(folder)
    learner.sees("not yet")
    pids = [learner.terminal.pid, *descendants(learner.terminal.pid)]
    assert len(pids) > 1
    learner.terminal.close(force=False)

    wait_until(lambda: not any(is_running(pid) for pid in pids))


def test_the_screen_fits_the_window(workshop: Workshop, exercise: Exercise) -> None:
    """A verdict that is longer than 24 lines is cut in its middle: heading, bar and keys stay."""
    file = io.StringIO()
    console = Console(width=80, height=24, file=file, force_terminal=True, no_color=True)
    watch = Watch(workshop, console)
    watch.verdict = Verdict(
        "double",
        str(workshop.file(exercise)),
        False,
        "claim",
        claim="It holds. " * 30,
        seen="word " * 300,
        example="\n".join(f"line = {number}" for number in range(40)),
        printed="a\nb\nc",
    )
    watch.draw()
    lines = re.sub(r"\x1b\[[0-9;]*[a-zA-Z]", "", file.getvalue()).splitlines()

    assert len(lines) <= 23
    assert lines[0] == "1 of 2: Double it"
    assert "... space shows more" in lines
    assert lines[-3].startswith("[---")
    assert lines[-1] == "no change seen yet"


@pytest.mark.parametrize("height", range(40, 60))
def test_space_shows_the_rest_and_then_the_beginning(workshop: Workshop, height: int) -> None:
    """Every line of what is higher than the window is shown, and none twice."""
    file = io.StringIO()
    console = Console(width=80, height=24, file=file, force_terminal=True, no_color=True)
    watch = Watch(workshop, console)
    watch.draw(Text("\n".join(f"line {number}" for number in range(height))), alone=True)
    screens = [file.getvalue()]
    while "space shows the beginning" not in screens[-1]:
        file.truncate(file.seek(0))
        watch.press(" ")
        screens.append(file.getvalue())
    numbers = [int(found) for screen in screens for found in re.findall(r"line (\d+)", screen)]
    assert numbers == list(range(height))

    file.truncate(file.seek(0))
    watch.press(" ")
    assert "line 0\n" in file.getvalue()


def test_two_saves_of_one_second_are_two_where_files_are_read(
    workshop: Workshop, exercise: Exercise
) -> None:
    """Also where a file keeps its time: what is in it counts."""
    found: queue.Queue[WatchEvent] = queue.Queue()
    saves = Saves(workshop, found, polling=True)
    file = workshop.file(exercise)
    before = file.stat()
    saves.thread.start()
    try:
        wait_until(lambda: saves.looks > 0)
        for content in (b"one = 1\n", b"one = 2\n"):
            file.write_bytes(content)
            os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
            assert found.get(timeout=TIMEOUT) == Saved(file)
        file.write_bytes(content)
        looks = saves.looks
        wait_until(lambda: saves.looks > looks + 1)
        assert found.empty()
    finally:
        saves.stop.set()
        saves.thread.join()


def test_keys_work_after_ctrl_z_and_fg(folder: Path) -> None:
    """The shell sets the terminal as it likes; then the screen is drawn anew, and a key counts."""
    learner = Learner(folder)
    learner.sees("not yet")
    learner.sees("no change seen yet")
    # Not Ctrl-Z itself, which stops nothing where there is no shell.
    os.kill(learner.terminal.pid, signal.SIGSTOP)
    wait_until(lambda: is_stopped(learner.terminal.pid))
    lines_again(learner.terminal.child_fd)
    os.kill(learner.terminal.pid, signal.SIGCONT)
    learner.sees("no change seen yet")
    learner.presses("i")
    learner.sees(catalog.exercises()[0].title)
    learner.sees("no change seen yet")
    learner.presses("h")
    learner.sees("hint 1 of 3")
    learner.quits()


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

watch = Watch(Workshop(Path(sys.argv[1])), Console())
watch.keys.pressed = lambda: heard[0] if heard else None
signal.signal(signal.SIGALRM, hear)
signal.setitimer(signal.ITIMER_REAL, TICK / 2)
print(watch.next_event().key)
"""


def test_a_signal_does_not_make_the_wait_endless(folder: Path) -> None:
    """As `fg` sends one: keys count afterwards, however long Python took over the signal."""
    command = [sys.executable, "-c", INTERRUPTED, str(folder)]
    assert subprocess.check_output(command, text=True, timeout=TIMEOUT) == "q\n"


def is_stopped(pid: int) -> bool:
    """Tell whether a process is stopped, as Linux says it."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"


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

    assert watch.answer_or_regrade(Pressed("l"))
    assert "the progress file was damaged" in file.getvalue()
    assert "Double it" in file.getvalue()


@pytest.mark.slow
def test_two_runners_in_one_folder(folder: Path) -> None:
    """Two watches of one folder both grade a save, and the journal stays whole."""
    first = catalog.exercises()[0]
    learners = [Learner(folder), Learner(folder)]
    for learner in learners:
        learner.sees("not yet")
    learners[0].saves(first, text_of(first.solution))
    for learner in learners:
        learner.sees("passed: all")
    for learner in learners:
        learner.quits()

    journal = folder / ".workshop" / "journal.jsonl"
    kinds = [json.loads(line)["kind"] for line in journal.read_text().splitlines()]
    assert kinds.count("passed") == 2


@pytest.mark.slow
@pytest.mark.parametrize("name", ["an endless import", "os._exit"])
def test_the_command_outlives_a_hostile_file(tmp_path: Path, name: str) -> None:
    """The real command ends with 1 and a line that says why, and leaves no process behind."""
    file = tmp_path / "hostile.py"
    file.write_text(HANGING[name][0] if name in HANGING else HOSTILE[name][0], encoding="utf-8")
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
    every = catalog.exercises()
    for exercise in every:
        learner.sees(f"{exercise.number} of {len(every)}: {exercise.title}")
        learner.sees("not yet")
        mistake = mistakes_of(exercise)[0]
        learner.saves(exercise, mistake.source)
        learner.sees(mistake.feedback)
        learner.saves(exercise, text_of(exercise.solution))
        learner.sees("passed: all")
        learner.presses("n")
    learner.sees("Every exercise has passed")
    learner.quits()

    said = pexpect.run(
        f"{sys.executable} -m minitasks workshop list --json", cwd=str(folder), encoding="utf-8"
    )
    assert [one["passed"] for one in json.loads(said)["exercises"]] == [True] * len(every)
