"""The grader: what passes, what does not; nothing a file does makes it pass or outlives it."""

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from minitasks.workshop import catalog, limits, parent
from minitasks.workshop.catalog import Exercise, text_of
from minitasks.workshop.folder import Workshop, digest_of
from minitasks.workshop.verdict import Verdict
from tests.parts import wait_until
from tests.workshop.sample import SOLUTION, STUB

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="as a POSIX system ends processes")


DOUBLE = "def double(number):\n    "
RIGHT = f"{DOUBLE}return number * 2\n"
LATER = f"{RIGHT}async def double_later(number):\n    "


def graded(exercise: Exercise, source: str, time_limit: float = 10.0) -> Verdict:
    file = exercise.folder.parent / "한글 and spaces.py"
    file.write_text(source, encoding="utf-8")
    return parent.grade(exercise, file, time_limit=time_limit)


def line_of(verdict: Verdict) -> int:
    return verdict.place.line if verdict.place else 0


def outcomes_of(verdict: Verdict) -> list[str]:
    return [claim.outcome for claim in verdict.claims]


def endless(folder: Path) -> tuple[Path, Path]:
    """Write a file that never ends; give it, and the one that shows that it runs."""
    file, mark = folder / "endless.py", folder / "running"
    file.write_text(f"open({str(mark)!r}, 'w').close()\nwhile True:\n    pass\n")
    return file, mark


def test_a_solution_passes_and_a_stub_fails_at_the_first_claim(exercise: Exercise) -> None:
    """A solution passes with every claim; else what was seen and where; the rest is not run."""
    verdict = graded(exercise, SOLUTION)
    assert verdict.passed
    assert outcomes_of(verdict) == ["passed"] * 3
    verdict = graded(exercise, STUB.replace("    pass", "    print('got', number, '한글')"))
    assert not verdict.passed
    assert verdict.claim == "Twice two is four."
    assert verdict.seen == "twice two is 4, but your double gave None"
    assert verdict.place is not None
    assert verdict.place.source == "def double(number):"
    assert verdict.printed == "got 2 한글"
    assert outcomes_of(verdict) == ["failed", "not run", "not run"]


@pytest.mark.parametrize("is_async", [True, False], ids=["async", "sync"])
def test_a_failing_example_is_a_program_that_fails_the_same(
    exercise: Exercise, is_async: bool
) -> None:
    """What hypothesis found is a program of its own: run, it fails with the same words."""
    if not is_async:
        sync = text_of(exercise.grader).replace("async def test_any", "def test_any")
        exercise.grader.write_text(sync.replace("await exercise.double_later", "exercise.double"))
    source = SOLUTION.replace("return number * 2", "return number * 2 if number < 5 else 0")
    verdict = graded(exercise, source)
    assert verdict.seen == "twice 5 is 10, but yours gave 0"
    program = verdict.example.replace("import 한글 and spaces", "import learner")
    folder = exercise.folder.parent
    (folder / "learner.py").write_text(source, encoding="utf-8")
    (folder / "again.py").write_text(program, encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "again.py"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert f"AssertionError: {verdict.seen}" in ran.stderr
    assert "    number = 5\n" in program
    assert ("anyio" in program) == is_async


def test_a_failing_example_is_tried_first_next_time(exercise: Exercise) -> None:
    """What failed once is tried first the next time: one example is enough to see it again."""
    examples, file = (exercise.folder.parent / name for name in ("examples", "mine.py"))
    text = exercise.grader.read_text().replace("test_two", "two").replace("test_later", "later")
    exercise.grader.write_text(text)
    later = "seen = []\nasync def double_later(number):\n    "

    def grade(source: str) -> Verdict:
        file.write_text(later + source)
        return parent.grade(exercise, file, examples=examples)

    first = grade("return number * 2 if number < 500 else 0\n")
    second = grade("seen.append(number)\n    print(*seen[:1])\n    return number * 2\n")
    assert first.seen == "twice 500 is 1000, but yours gave 0"
    assert set(second.printed.split()) == {"500"}


def test_two_gradings_draw_the_same_examples(exercise: Exercise) -> None:
    """Who grades one file twice gets one verdict: no example is drawn by chance."""
    source = SOLUTION.replace("return number * 2", "print(number)\n    return number * 2")
    printed = {graded(exercise, source).printed for _ in range(3)}
    assert len(printed) == 1
    assert len(set(printed.pop().split())) > 5


def test_grades_what_is_in_the_file_now(exercise: Exercise) -> None:
    """Two saves within a second are two files: nothing compiled is kept between gradings."""
    good, bad = SOLUTION, SOLUTION.replace("* 2", "* 3")
    assert len(good) == len(bad)
    outcomes = [graded(exercise, source).passed for source in (good, bad, good, bad)]
    assert outcomes == [True, False, True, False]
    assert not list(exercise.folder.parent.glob("__pycache__"))


def test_a_grading_is_alone(exercise: Exercise, monkeypatch: pytest.MonkeyPatch) -> None:
    """No pytest.py or conftest.py beside the learner's file has a part in it; nothing is written
    beside the grader; and nothing is open but what it needs, above all not what leads to the
    process that every grading comes from.
    """
    beside = exercise.folder.parent
    (beside / "pytest.py").write_text("raise SystemExit('the wrong pytest')")
    (beside / "conftest.py").write_text("raise SystemExit('the wrong conftest')")
    monkeypatch.chdir(beside)
    before = sorted(exercise.folder.rglob("*"))
    lists = "import os\nprint(len(os.listdir('/proc/self/fd')))\n" * (sys.platform == "linux")
    verdict = graded(exercise, f"{lists}{SOLUTION}\nopen('note.txt', 'w').close()\n")
    assert verdict.passed
    # The standard ones, the one that reports go by, the one that tells of the runner's end; and
    # the listing itself.
    assert verdict.printed == "6" * bool(lists)
    assert sorted(exercise.folder.rglob("*")) == before
    assert not Path("note.txt").exists()


@pytest.mark.parametrize(
    ("kept", "outcomes"),
    [
        ("items[:1]", ["passed", "not run", "not run"]),
        ("[one for one in items if 'trio' not in one.name]", ["passed"] * 3),
    ],
    ids=["one test", "one event loop"],
)
def test_every_run_of_every_test_must_pass(
    exercise: Exercise, kept: str, outcomes: list[str]
) -> None:
    """A file that makes pytest lose some does not pass: the parent knows how many there are."""
    source = SOLUTION + (
        "\nimport gc\n"
        "def double(number):\n"
        "    for thing in gc.get_objects():\n"
        "        if type(thing).__name__ == 'Session':\n"
        f"            items = thing.items\n            items[:] = {kept}\n"
        "    return number * 2\n"
    )
    verdict = graded(exercise, source)
    assert (verdict.passed, verdict.reason) == (False, "ended")
    assert outcomes_of(verdict) == outcomes


@pytest.mark.slow
def test_grades_without_fork(exercise: Exercise, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no fork, as on Windows, a plain process gives the same verdicts."""
    monkeypatch.setattr(multiprocessing, "get_all_start_methods", lambda: ["spawn"])
    assert graded(exercise, SOLUTION).passed
    # A cold start of pytest counts, too, for it happens while the clock runs.
    hanging = graded(exercise, "def double(number):\n    while True:\n        pass\n", time_limit=8)
    assert (hanging.reason, line_of(hanging)) in {("time", 2), ("time", 3)}


def test_a_failure_outside_a_test_is_told(exercise: Exercise) -> None:
    """What fails in a fixture of the grader, or in reading its file, is told like any failure."""
    text = exercise.grader.read_text()
    exercise.grader.write_text(
        text.replace("def test_two(exercise)", "def test_two(exercise, made)")
        + "\n@pytest.fixture\ndef made(exercise):\n    return exercise.double(2)\n"
    )
    verdict = graded(exercise, "def double(number):\n    raise ValueError('no')\n")
    assert (verdict.claim, verdict.seen) == ("Twice two is four.", "ValueError: no")
    assert line_of(verdict) == 2
    exercise.grader.write_text(f"from exercise import nothing\n{text}")
    assert "cannot import name 'nothing'" in graded(exercise, SOLUTION).seen


def test_a_grading_can_be_called_off(exercise: Exercise) -> None:
    """A grading that is called off gives no verdict, at once, and leaves nothing running."""
    file, mark = endless(exercise.folder.parent)
    cancel = threading.Event()

    def call_off() -> None:
        wait_until(mark.exists)
        cancel.set()

    caller = threading.Thread(target=call_off)
    caller.start()
    began = time.monotonic()
    with pytest.raises(parent.CalledOff):
        parent.grade(exercise, file, time_limit=60, cancel=cancel)
    caller.join()
    assert time.monotonic() - began < 30
    wait_until(lambda: processes_holding(str(mark.parent)) == [])


def test_what_runs_on_asyncio_alone_is_told_so(exercise: Exercise) -> None:
    """Where the same test passed on asyncio, the feedback names trio, and what to use instead."""
    verdict = graded(
        exercise, f"import asyncio\n{LATER}await asyncio.sleep(0)\n    return double(number)\n"
    )
    assert not verdict.passed
    assert "It works on asyncio. This ran on trio" in verdict.seen
    assert verdict.seen.endswith("use anyio's functions instead of asyncio's")
    wrong = graded(exercise, f"import asyncio\n{LATER}return number\n")
    assert "trio" not in wrong.seen
    assert line_of(wrong) == 4  # where double_later is defined
    on_trio = "sniffio.current_async_library() == 'trio'"
    other = f"import sniffio\n{LATER}return number if {on_trio} else double(number)\n"
    assert graded(exercise, other).seen.endswith(
        "This ran on trio, the other event loop that anyio runs on; on asyncio it was not seen"
    )


def test_a_message_that_is_too_long_is_cut(exercise: Exercise) -> None:
    """Also one with half a surrogate pair: it is kept in the journal and can be read back."""
    verdict = graded(exercise, 'raise ValueError("\\ud800" + "x" * 5_000_000)\n')
    assert verdict.seen.startswith("your file can't be imported: ValueError: \ud800xxx")
    assert verdict.seen.endswith("... and 4,998,001 more characters")


HANGING = {
    "an endless loop": (f"{DOUBLE}while True:\n        pass\n", 2, "stands here"),
    "an endless import": ("while True:\n    pass\n", 1, "while the file is being imported"),
    "a deadlock": (
        f"import anyio\n{LATER}await inner()\n"
        "async def inner():\n    never = anyio.Event()\n    await never.wait()\n",
        8,
        "awaiting Event.wait",
    ),
    "a lock taken twice": (
        f"import threading\nlock = threading.Lock()\n{DOUBLE}lock.acquire()\n    lock.acquire()\n",
        5,
        "stands here",
    ),
    "a wait in a worker thread": (
        f"import anyio.to_thread, threading\n{LATER}await anyio.to_thread.run_sync(work)\n"
        "def work():\n    threading.Event().wait()\n",
        7,
        "another thread",
    ),
    "code that lets no other thread run": (f"{DOUBLE}return len(str(10**10**7))\n", 2, ""),
}


@pytest.mark.parametrize(("source", "line", "note"), HANGING.values(), ids=HANGING)
def test_a_hang_is_told_with_its_place(
    exercise: Exercise, source: str, line: int, note: str
) -> None:
    """What does not end is ended at the limit, and the verdict says at which line it stood."""
    began = time.monotonic()
    verdict = graded(exercise, source, time_limit=1.5)
    assert verdict.reason == "time"
    assert verdict.seen == "your code did not finish within 1.5 s"
    # A bare loop is met at its head as often as in its body.
    assert line_of(verdict) in {line, line + 1}
    assert verdict.place is not None
    assert note in verdict.place.note
    assert time.monotonic() - began < 15


def test_a_hang_without_any_file_ends(exercise: Exercise) -> None:
    """A file that closes all that its end could be written to is ended all the same."""
    began = time.monotonic()
    closed = "import os\nos.closerange(0, 100)\nlen(str(10**10**7))\n"
    verdict = graded(exercise, closed, time_limit=1)
    assert verdict.reason == "ended"
    assert time.monotonic() - began < 15


# Another run of these tests on this machine sleeps for another time.
SLEEP = f"time.sleep(600.{os.getpid()})"

DIALOG = "*press d in watch, or type minitasks workshop debug"
LEFT = "*ended the program (SystemExit)"
FLOOD = "*printed more than 1 MB"

# What a file does: the file; the verdict's reason, the line that is blamed, what was seen.
FAILING = {
    "an exception in a call": (
        f"{DOUBLE}return helper()\n\ndef helper():\n    1 / 0\n",
        "claim, line 5: ZeroDivisionError: division by zero",
    ),
    "an exception in a worker thread": (
        f"import anyio.to_thread\n{LATER}await anyio.to_thread.run_sync(work)\n"
        "def work():\n    raise ValueError('no')\n",
        "claim, line 7: ValueError: no",
    ),
    "an exception out of a group": (
        f"import anyio\n{LATER}async with anyio.create_task_group() as group:\n"
        "        group.start_soon(fail)\n"
        "async def fail():\n    raise ValueError('inside')\n",
        "claim, line 8: ValueError: inside",
    ),
    "an exception that can't be shown": (
        "class Odd(Exception):\n    def __str__(self):\n        raise ValueError\n"
        f"{DOUBLE}raise Odd\n",
        "claim, line 5: Odd: its __str__ raised ValueError",
    ),
    "a name that is missing": ("doubel = abs\n", "claim, line 0: your file defines no double"),
    "breakpoint": (f"{DOUBLE}breakpoint()\n", f"claim, line 2: {DIALOG}"),
    "pdb": (f"{DOUBLE}import pdb; pdb.set_trace()\n", f"claim, line 2: {DIALOG}"),
    "input": (f"{DOUBLE}input()\n", f"claim, line 2: {DIALOG}"),
    "os._exit": ("import os\nos._exit(0)\n", "ended, line 2: *whole process (exit code 0)"),
    "os._exit in a test": (
        f"import os\nclass Ends:\n    def now(self):\n        os._exit(1)\n{DOUBLE}Ends().now()\n",
        "ended, line 4: your code ended the whole process (exit code 1)",
    ),
    "SystemExit": ("raise SystemExit(0)\n", f"import, line 1: {LEFT}"),
    "SystemExit in a test": (f"{LATER}raise SystemExit(0)\n", f"claim, line 4: {LEFT}"),
    "a skip": (f"import pytest\n{DOUBLE}pytest.skip()\n", "claim, line 3: *Skipped"),
    "a skip of the file": (
        "import pytest\npytest.skip(allow_module_level=True)\n",
        "import, line 2: *Skipped",
    ),
    "an output flood": (f"{DOUBLE}while True: print('x' * 1000)\n", f"output, line 2: {FLOOD}"),
    "a flood of errors": (
        f"import os\n{DOUBLE}while True: os.write(2, b'x' * 1000)\n",
        f"output, line 3: {FLOOD}",
    ),
    "deep recursion": (
        f"{DOUBLE}return double(number)\n",
        "claim, line 2: *calls itself without end",
    ),
    "a syntax error": ("def double(number)\n", "import, line 1: *SyntaxError: expected ':'"),
    "a null byte": ("def double\0", "import, line 0: *can't be imported"),
    "no UTF-8": ("# coding: ascii\nname = 'é'\n", "import, line 0: *can't be imported"),
    "a crash": (f"import ctypes\n{DOUBLE}ctypes.string_at(0)\n", "ended, line 3: *SIGSEGV"),
    "too much memory": (
        f"{DOUBLE}bytearray({limits.MEMORY})\n",
        "claim, line 2: *needs more memory",
    ),
    "processes that stay": (
        "import subprocess, sys\n"
        "for _ in range(3):\n"
        f"    subprocess.Popen([sys.executable, '-c', 'import time; {SLEEP}'])\n"
        f"{SOLUTION}",
        "process, line 0: *left it running",
    ),
    "a thread that never ends": (
        "import threading, time\n"
        "def forever():\n    while True: time.sleep(0.01)\n"
        f"threading.Thread(target=forever).start()\n{SOLUTION}",
        "thread, line 3: *started a thread that still ran",
    ),
    "closed files": ("import os\nos.closerange(0, 100)\n", "ended, line 0: *ended"),
}


@posix_only
@pytest.mark.parametrize(("source", "told"), FAILING.values(), ids=FAILING)
def test_a_failure_is_told_with_its_line(exercise: Exercise, source: str, told: str) -> None:
    """Whatever a file does, it does not pass, and hears why, at the line that it came from, however
    deep and in which thread; and it leaves no process behind.

    Whoever waits for a terminal, where nobody can type, is told where there is one.
    """
    verdict = graded(exercise, source)
    assert not verdict.passed
    assert fnmatchcase(f"{verdict.reason}, line {line_of(verdict)}: {verdict.seen}", f"{told}*")
    wait_until(lambda: processes_holding(SLEEP) == [])


@posix_only
@pytest.mark.parametrize("kind", ["nothing", "a pipe", "an endless device", "a folder"])
def test_what_is_no_plain_file_is_told_at_once(
    exercise: Exercise, tmp_path: Path, kind: str
) -> None:
    """With what to do; nobody waits for a pipe without a writer, or reads a device without end."""
    file = tmp_path / "odd" / "exercise.py"
    file.parent.mkdir()
    if kind == "a pipe":
        os.mkfifo(file)
    elif kind == "an endless device":
        file.symlink_to("/dev/zero")
    elif kind == "a folder":
        file.mkdir()
    verdict = parent.grade(exercise, file)
    assert (verdict.passed, verdict.reason) == (False, "missing")
    how = "is not there:" if kind == "nothing" else "is no plain file: move it away, then"
    assert f"{how} minitasks workshop reset" in verdict.seen
    assert digest_of(file) == ""


@posix_only
def test_no_grading_outlives_its_runner(exercise: Exercise) -> None:
    """A runner that is killed takes its children along."""
    file, mark = endless(exercise.folder.parent)
    code = (
        "from pathlib import Path\n"
        "from minitasks.workshop import parent\n"
        "from minitasks.workshop.catalog import Exercise\n"
        f"exercise = Exercise(Path({str(exercise.folder)!r}))\n"
        f"parent.grade(exercise, Path({str(file)!r}), time_limit=60)\n"
    )
    runner = subprocess.Popen([sys.executable, "-c", code])
    wait_until(mark.exists)
    children = descendants(runner.pid)
    assert children
    os.kill(runner.pid, signal.SIGKILL)
    runner.wait()
    wait_until(lambda: not any(is_running(pid) for pid in children))


def test_a_damaged_journal_is_rebuilt_by_grading(workshop: Workshop, exercise: Exercise) -> None:
    """A damaged journal is kept aside, and what was begun is graded again; a sound one stays."""
    _, second = catalog.exercises()
    before = workshop.journal.file.read_bytes()
    assert list(parent.regrade(workshop)) == []
    assert workshop.journal.file.read_bytes() == before
    workshop.file(exercise).write_text(SOLUTION)
    workshop.journal.file.write_bytes(b"\xff\xfe{")
    lines = list(parent.regrade(workshop))
    assert "damaged" in lines[0]
    assert lines[1:] == ["  double: passed"]
    assert workshop.progress_in(exercise).passed
    assert second.name not in workshop.progress()
    kept = [path for path in workshop.hidden.iterdir() if "damaged" in path.name]
    assert [path.read_bytes() for path in kept] == [b"\xff\xfe{"]


def processes_holding(text: str) -> list[str]:
    """List the running processes whose command line has a text, where /proc tells."""
    found = []
    for command in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            found.append(command.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace"))
    return [line for line in found if text in line]


def descendants(parent: int) -> list[int]:
    """List a process's children and theirs, where Linux's /proc tells."""
    try:
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    except OSError:
        return []
    return [pid for child in map(int, children) for pid in (child, *descendants(child))]


def is_running(pid: int) -> bool:
    """Tell whether a process is there and no zombie."""
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
