"""The grader: what passes, what does not; nothing a file does makes it pass or outlives it."""

import multiprocessing
import os
import sys
import threading
import time
from pathlib import Path

import pytest

from minitasks.workshop import catalog, parent
from minitasks.workshop.catalog import Exercise
from minitasks.workshop.folder import Workshop, digest_of
from minitasks.workshop.verdict import Verdict
from tests.parts import wait_until
from tests.workshop.sample import SOLUTION, STUB

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="as a POSIX system ends processes")


def graded(exercise: Exercise, source: str, time_limit: float = 10.0) -> Verdict:
    """Grade a source text."""
    file = exercise.folder.parent / "한글 and spaces.py"
    file.write_text(source, encoding="utf-8")
    verdict = parent.grade(exercise, file, time_limit=time_limit)
    assert verdict is not None
    return verdict


def test_a_solution_passes(exercise: Exercise) -> None:
    """A right solution passes, with every claim of the parent."""
    verdict = graded(exercise, SOLUTION)

    assert verdict.passed
    assert [claim.outcome for claim in verdict.claims] == ["passed"] * 3


def test_a_stub_fails_at_the_first_claim(exercise: Exercise) -> None:
    """A stub hears the first claim that fails, in words, and what was seen; the rest is not run."""
    verdict = graded(exercise, STUB)

    assert not verdict.passed
    assert verdict.claim == "Twice two is four."
    assert verdict.seen == "twice two is 4, but your double gave None"
    assert [claim.outcome for claim in verdict.claims] == ["failed", "not run", "not run"]


def test_points_at_the_line_that_raised(exercise: Exercise) -> None:
    """An exception is blamed on the learner's line that it came from, however deep the call."""
    verdict = graded(
        exercise, "def double(number):\n    return helper()\n\ndef helper():\n    1 / 0\n"
    )

    assert verdict.seen == "ZeroDivisionError: division by zero"
    assert verdict.place is not None
    assert (verdict.place.line, verdict.place.source) == (5, "1 / 0")


def test_a_missing_name_is_told_as_such(exercise: Exercise) -> None:
    """A file that lacks what the exercise asks for hears the name, not pytest's view of it."""
    verdict = graded(exercise, "def doubel(number):\n    return number * 2\n")

    assert verdict.seen == "your file defines no double"
    assert verdict.place is None


def test_points_at_a_line_in_a_worker_thread(exercise: Exercise) -> None:
    """So is one that was raised in a worker thread."""
    source = (
        "import anyio.to_thread\n"
        "def double(number):\n    return number * 2\n"
        "def work():\n    raise ValueError('no')\n"
        "async def double_later(number):\n    await anyio.to_thread.run_sync(work)\n"
    )
    verdict = graded(exercise, source)

    assert verdict.place is not None
    assert verdict.place.line == 5


def test_points_at_the_definition_where_nothing_raised(exercise: Exercise) -> None:
    """A wrong result is blamed on the definition that the test used."""
    verdict = graded(exercise, STUB)

    assert verdict.place is not None
    assert verdict.place.source == "def double(number):"


def test_unwraps_exception_groups(exercise: Exercise) -> None:
    """An exception out of a task group is told by itself, not as a group."""
    source = (
        "import anyio\n"
        "def double(number):\n    return number * 2\n"
        "async def fail():\n    raise ValueError('inside')\n"
        "async def double_later(number):\n"
        "    async with anyio.create_task_group() as group:\n"
        "        group.start_soon(fail)\n"
    )
    verdict = graded(exercise, source)

    assert verdict.seen == "ValueError: inside"
    assert verdict.place is not None
    assert verdict.place.line == 5


def test_shows_what_was_printed(exercise: Exercise) -> None:
    """What the learner's code printed comes with the verdict, for that is how people debug."""
    verdict = graded(exercise, "def double(number):\n    print('got', number, '한글')\n")

    assert verdict.printed == "got 2 한글"


def test_a_failing_example_is_a_program_that_fails_the_same(exercise: Exercise) -> None:
    """What hypothesis found is a program of its own: run, it fails with the same words."""
    source = SOLUTION.replace("return number * 2", "return number * 2 if number < 5 else 0")
    verdict = graded(exercise, source)
    assert verdict.seen == "twice 5 is 10, but yours gave 0"

    import subprocess

    program = verdict.example.replace(
        "import 한글 and spaces as exercise", "import learner as exercise"
    )
    folder = exercise.folder.parent
    (folder / "learner.py").write_text(source, encoding="utf-8")
    (folder / "again.py").write_text(program, encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "again.py"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert f"AssertionError: {verdict.seen}" in ran.stderr
    assert "    number = 5\n" in verdict.example


def test_a_failing_example_is_tried_first_next_time(exercise: Exercise) -> None:
    """What failed once is tried first the next time: one example is enough to see it again."""
    examples = exercise.folder.parent / "examples"
    file = exercise.folder.parent / "mine.py"
    text = exercise.grader.read_text().replace("test_two", "two").replace("test_later", "later")
    exercise.grader.write_text(text)

    file.write_text(
        "async def double_later(number):\n    return number * 2 if number < 500 else 0\n"
    )
    first = parent.grade(exercise, file, examples=examples)
    file.write_text(
        "seen = []\n"
        "async def double_later(number):\n"
        "    if not seen:\n        print(number)\n"
        "    seen.append(number)\n"
        "    return number * 2\n"
    )
    second = parent.grade(exercise, file, examples=examples)

    assert first is not None
    assert second is not None
    assert first.seen == "twice 500 is 1000, but yours gave 0"
    assert second.printed == "500"


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


def test_a_learners_pytest_py_is_not_pytest(
    exercise: Exercise, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files beside the learner's have no part in the grading: no pytest.py, no conftest.py."""
    folder = exercise.folder.parent
    (folder / "pytest.py").write_text("raise SystemExit('the wrong pytest')")
    (folder / "conftest.py").write_text("raise SystemExit('the wrong conftest')")
    monkeypatch.chdir(folder)

    assert graded(exercise, SOLUTION).passed


def test_the_test_count_is_the_graders_own(exercise: Exercise) -> None:
    """A file that makes pytest lose a test does not pass: the parent knows how many there are."""
    source = SOLUTION + (
        "\nimport gc\n"
        "def double(number):\n"
        "    for plugin in gc.get_objects():\n"
        "        if type(plugin).__name__ == 'Session':\n"
        "            del plugin.items[1:]\n"
        "    return number * 2\n"
    )
    verdict = graded(exercise, source)

    assert (verdict.passed, verdict.reason) == (False, "ended")
    assert [claim.outcome for claim in verdict.claims] == ["passed", "not run", "not run"]


@pytest.mark.slow
def test_grades_without_fork(exercise: Exercise, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no fork, as on Windows, a plain process gives the same verdicts."""
    monkeypatch.setattr(multiprocessing, "get_all_start_methods", lambda: ["spawn"])

    assert graded(exercise, SOLUTION).passed
    # A cold start of pytest counts, too, for it happens while the clock runs.
    hanging = graded(exercise, "def double(number):\n    while True:\n        pass\n", time_limit=8)
    assert (hanging.reason, hanging.place.line if hanging.place else 0) in {
        ("time", 2),
        ("time", 3),
    }


def test_nothing_is_written_beside_the_grader(exercise: Exercise) -> None:
    """A package that nobody may write to is no trouble: all that is written goes elsewhere."""
    before = sorted(exercise.folder.rglob("*"))
    graded(exercise, SOLUTION + "\nopen('note.txt', 'w').close()\n")

    assert sorted(exercise.folder.rglob("*")) == before
    assert not Path("note.txt").exists()


def test_every_run_of_a_test_must_pass(exercise: Exercise) -> None:
    """A test that is to run on two event loops has to pass on both."""
    source = SOLUTION + (
        "\nimport gc\n"
        "async def double_later(number):\n"
        "    for thing in gc.get_objects():\n"
        "        if type(thing).__name__ == 'Session':\n"
        "            thing.items[:] = [one for one in thing.items if 'trio' not in one.name]\n"
        "    return number * 2\n"
    )
    verdict = graded(exercise, source)

    assert [claim.outcome for claim in verdict.claims] == ["passed"] * 3
    assert (verdict.passed, verdict.reason) == (False, "ended")


def test_a_failure_outside_a_test_is_told(exercise: Exercise) -> None:
    """What fails in a fixture of the grader, or in reading its file, is told like any failure."""
    text = exercise.grader.read_text()
    exercise.grader.write_text(
        text.replace("def test_two(exercise)", "def test_two(exercise, made)")
        + "\n@pytest.fixture\ndef made(exercise):\n    return exercise.double(2)\n"
    )
    verdict = graded(exercise, "def double(number):\n    raise ValueError('no')\n")
    assert (verdict.claim, verdict.seen) == ("Twice two is four.", "ValueError: no")
    assert verdict.place is not None
    assert verdict.place.line == 2

    exercise.grader.write_text(f"from exercise import nothing\n{text}")
    assert "cannot import name 'nothing'" in graded(exercise, SOLUTION).seen


def test_a_grading_can_be_called_off(exercise: Exercise) -> None:
    """A grading that is called off gives no verdict, at once, and leaves nothing running."""
    file = exercise.folder.parent / "endless.py"
    mark = exercise.folder.parent / "running"
    file.write_text(f"open({str(mark)!r}, 'w').close()\nwhile True:\n    pass\n")
    cancel = threading.Event()

    def call_off() -> None:
        while not mark.exists():
            time.sleep(0.01)
        cancel.set()

    caller = threading.Thread(target=call_off)
    caller.start()
    began = time.monotonic()
    verdict = parent.grade(exercise, file, time_limit=60, cancel=cancel)
    caller.join()

    assert verdict is None
    assert time.monotonic() - began < 30
    wait_until(lambda: processes_holding(str(mark.parent)) == [])


RIGHT = "def double(number):\n    return number * 2\n"


def test_what_runs_on_asyncio_alone_is_told_so(exercise: Exercise) -> None:
    """Where the same test passed on asyncio, the feedback names trio, and what to use instead."""
    source = f"import asyncio\n{RIGHT}async def double_later(number):\n"
    verdict = graded(exercise, f"{source}    await asyncio.sleep(0)\n    return double(number)\n")

    assert not verdict.passed
    assert "It works on asyncio. This ran on trio" in verdict.seen
    assert verdict.seen.endswith("use anyio's functions instead of asyncio's")

    wrong = graded(exercise, f"{source}    return number\n")
    assert "trio" not in wrong.seen

    ask = "import sniffio\nON_TRIO = sniffio.current_async_library() == 'trio'\n"
    other = f"{RIGHT}async def double_later(number):\n    {ask.replace(chr(10), chr(10) + '    ')}"
    seen = graded(exercise, f"{other}return number if ON_TRIO else double(number)\n").seen
    assert seen.endswith(
        "This ran on trio, the other event loop that anyio runs on; on asyncio it was not seen"
    )


@pytest.mark.parametrize("call", ["breakpoint()", "import pdb; pdb.set_trace()", "input()"])
def test_who_waits_for_a_terminal_is_told_where_there_is_one(exercise: Exercise, call: str) -> None:
    """Nobody can type while a file is graded; the feedback names the debug key and its command."""
    verdict = graded(exercise, f"def double(number):\n    {call}\n    return number * 2\n")

    assert "press d in watch, or type minitasks workshop debug" in verdict.seen
    assert verdict.place is not None
    assert verdict.place.line == 2


def test_a_message_that_is_too_long_is_cut(exercise: Exercise) -> None:
    """Also one with half a surrogate pair: it is kept in the journal and can be read back."""
    verdict = graded(exercise, 'raise ValueError("\\ud800" + "x" * 5_000_000)\n')

    assert verdict.seen.startswith("your file can't be imported: ValueError: \ud800xxx")
    assert verdict.seen.endswith("... and 4,998,001 more characters")


HANGING = {
    "an endless loop": ("def double(number):\n    while True:\n        pass\n", 2, "stands here"),
    "an endless import": ("while True:\n    pass\n", 1, "while the file is being imported"),
    "an endless async loop": (
        f"import anyio\n{RIGHT}async def double_later(number):\n"
        "    while True:\n        await anyio.sleep(0)\n",
        6,
        "",
    ),
    "a deadlock": (
        f"import anyio\n{RIGHT}async def double_later(number):\n"
        "    never = anyio.Event()\n    await never.wait()\n",
        6,
        "awaiting Event.wait",
    ),
    "a lock taken twice": (
        "import threading\ndef double(number):\n"
        "    lock = threading.Lock()\n    lock.acquire()\n    lock.acquire()\n",
        5,
        "stands here",
    ),
    "a wait in a worker thread": (
        f"import anyio.to_thread, threading\n{RIGHT}async def double_later(number):\n"
        "    await anyio.to_thread.run_sync(work)\n"
        "def work():\n    threading.Event().wait()\n",
        7,
        "another thread",
    ),
    "code that lets no other thread run": (
        "def double(number):\n    return len(str(10**10**7))\n",
        2,
        "",
    ),
}


@pytest.mark.parametrize("name", HANGING)
def test_a_hang_is_told_with_its_place(exercise: Exercise, name: str) -> None:
    """What does not end is ended at the limit, and the verdict says at which line it stood."""
    source, line, note = HANGING[name]
    began = time.monotonic()
    verdict = graded(exercise, source, time_limit=2)

    assert verdict.reason == "time"
    assert verdict.seen == "your code did not finish within 2 seconds"
    assert verdict.place is not None
    # A bare loop is met at its head as often as in its body.
    assert verdict.place.line in {line, line + 1}
    assert note in verdict.place.note
    assert time.monotonic() - began < 15


def test_the_line_that_ends_the_process_is_named(exercise: Exercise) -> None:
    """Not the line of the function or the class in which it stands."""
    ends = "import os\nclass Ends:\n    def now(self):\n        x = 1\n        os._exit(x)\n"
    verdict = graded(exercise, f"{ends}def double(number):\n    Ends().now()\n")

    assert verdict.reason == "ended"
    assert verdict.place is not None
    assert (verdict.place.line, verdict.place.source) == (5, "os._exit(x)")


# Another run of these tests on this machine sleeps for another time.
SLEEP = f"time.sleep(600.{os.getpid()})"

HOSTILE = {
    "os._exit": ("import os\nos._exit(0)\n", "ended", "ended the whole process (exit code 0)"),
    "os._exit in a test": (
        "import os\ndef double(number):\n    os._exit(0)\n",
        "ended",
        "ended the whole process (exit code 0)",
    ),
    "SystemExit": ("raise SystemExit(0)\n", "import", "ended the program (SystemExit)"),
    "SystemExit in a test": (
        f"{RIGHT}async def double_later(number):\n    raise SystemExit(0)\n",
        "claim",
        "ended the program (SystemExit)",
    ),
    "a skip": ("import pytest\ndef double(number):\n    pytest.skip()\n", "claim", "Skipped"),
    "a skip of the file": (
        "import pytest\npytest.skip(allow_module_level=True)\n",
        "import",
        "Skipped",
    ),
    "an output flood": (
        "def double(number):\n    while True:\n        print('x' * 1000)\n",
        "output",
        "printed more than 1 MB",
    ),
    "a flood of errors": (
        "import os\ndef double(number):\n    while True:\n        os.write(2, b'x' * 1000)\n",
        "output",
        "printed more than 1 MB",
    ),
    "an exception that can't be shown": (
        "class Odd(Exception):\n    def __str__(self):\n        raise ValueError\n"
        "def double(number):\n    raise Odd\n",
        "claim",
        "Odd: its __str__ raised ValueError",
    ),
    "deep recursion": (
        "def double(number):\n    return double(number)\n",
        "claim",
        "calls itself without end",
    ),
    "a syntax error": ("def double(number)\n    pass\n", "import", "SyntaxError: expected ':'"),
    "a null byte": ("def double\0", "import", "can't be imported"),
    "no UTF-8": ("# coding: ascii\nname = 'é'\n", "import", "can't be imported"),
    "a crash": (
        "import ctypes\ndef double(number):\n    ctypes.string_at(0)\n",
        "ended",
        "SIGSEGV",
    ),
    "too much memory": (
        "def double(number):\n    return [0] * 10**10\n",
        "claim",
        "needs more memory",
    ),
    "processes that stay": (
        "import subprocess, sys\n"
        "for _ in range(3):\n"
        f"    subprocess.Popen([sys.executable, '-c', 'import time; {SLEEP}'])\n"
        f"{SOLUTION}",
        "process",
        "left it running",
    ),
    "a thread that never ends": (
        f"import threading, time\n{SOLUTION}\n"
        "def forever():\n    while True:\n        time.sleep(0.01)\n"
        "threading.Thread(target=forever).start()\n",
        "thread",
        "started a thread that still ran",
    ),
    "closed files": ("import os\nos.closerange(0, 100)\n", "ended", "ended"),
}


@posix_only
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_gets_a_clear_verdict(exercise: Exercise, name: str) -> None:
    """Whatever a file does, it does not pass, hears why, and leaves no process behind."""
    source, reason, words = HOSTILE[name]
    verdict = graded(exercise, source)

    assert not verdict.passed
    assert words in verdict.seen
    assert verdict.reason == reason
    wait_until(lambda: processes_holding(SLEEP) == [])


def test_a_deleted_file_is_told(exercise: Exercise) -> None:
    """A file that is gone is a verdict, and the verdict says how to get it back."""
    verdict = parent.grade(exercise, Path("gone.py"))

    assert verdict is not None
    assert verdict.reason == "missing"
    assert "minitasks workshop reset" in verdict.seen


@posix_only
@pytest.mark.parametrize("kind", ["a pipe", "an endless device", "a folder"])
def test_what_is_no_plain_file_is_told_at_once(
    exercise: Exercise, tmp_path: Path, kind: str
) -> None:
    """Nobody waits for a pipe without a writer, or reads a device without an end."""
    file = tmp_path / "odd" / "exercise.py"
    file.parent.mkdir()
    if kind == "a pipe":
        os.mkfifo(file)
    elif kind == "an endless device":
        file.symlink_to("/dev/zero")
    else:
        file.mkdir()

    verdict = parent.grade(exercise, file)

    assert verdict is not None
    assert (verdict.passed, verdict.reason) == (False, "missing")
    assert "is no plain file: move it away" in verdict.seen
    assert digest_of(file) == ""


@posix_only
def test_no_grading_outlives_its_runner(exercise: Exercise) -> None:
    """A runner that is killed takes its children along."""
    import signal
    import subprocess

    mark = exercise.folder.parent / "running"
    file = exercise.folder.parent / "endless.py"
    file.write_text(f"open({str(mark)!r}, 'w').close()\nwhile True:\n    pass\n")
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


def test_a_grading_is_noted(workshop: Workshop, exercise: Exercise) -> None:
    """What the grader says of the learner's file goes into the journal."""
    workshop.file(exercise).write_text(SOLUTION)
    verdict = parent.check(workshop, exercise)

    assert verdict is not None
    assert verdict.passed
    assert workshop.progress_in(exercise).passed


def test_a_damaged_journal_is_rebuilt_by_grading(workshop: Workshop, exercise: Exercise) -> None:
    """A damaged journal is kept aside, and what was begun is graded again."""
    _, second = catalog.exercises()
    workshop.file(exercise).write_text(SOLUTION)
    workshop.journal.file.write_text("{broken")

    lines = list(parent.regrade(workshop))

    assert "damaged" in lines[0]
    assert lines[1:] == ["  double: passed"]
    assert workshop.progress_in(exercise).passed
    assert second.name not in workshop.progress()
    kept = [path for path in workshop.hidden.iterdir() if "damaged" in path.name]
    assert [path.read_text() for path in kept] == ["{broken"]


def test_a_sound_journal_is_left_alone(workshop: Workshop) -> None:
    """Nothing is said or done where nothing is damaged."""
    before = workshop.journal.file.read_bytes()

    assert list(parent.regrade(workshop)) == []
    assert workshop.journal.file.read_bytes() == before


def processes_holding(text: str) -> list[str]:
    """List the running processes whose command line has a text, where /proc tells."""
    found = []
    for command in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = command.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:
            continue
        if text in line:
            found.append(line)
    return found


def descendants(parent: int) -> list[int]:
    """List a process's children and theirs."""
    direct = children(parent)
    return direct + [pid for child in direct for pid in descendants(child)]


def children(parent: int) -> list[int]:
    """List a process's children, where Linux's /proc tells."""
    try:
        found = Path(f"/proc/{parent}/task/{parent}/children").read_text()
    except OSError:
        return []
    return [int(pid) for pid in found.split()]


def is_running(pid: int) -> bool:
    """Tell whether a process is there and no zombie."""
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
