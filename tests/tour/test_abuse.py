"""However a tour is ended, and wherever: no hung thread, no traceback of the debugger's."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from minitasks.tour.tours import TOURS
from minitasks.tracing.thread_pdb import ENDED_BY_FORCE
from tests.parts import TIMEOUT, wait_until
from tests.tour.session import Session, one_task, program, take, workers

pytestmark = pytest.mark.slow

STOPS = [(name, number) for name, stops in TOURS.items() for number in range(1, len(stops) + 1)]

# A stop on the event loop, whose thread is the main thread, and one in a worker thread.
ON_LOOP = ("sync-task", "--stop", "1")
IN_WORKER = ("sync-task", "--stop", "3")

WAITING = 'print("waiting", flush=True)'
# Seconds.
DELAYS = [number / 200 for number in range(int(os.environ.get("MINITASKS_DELAYS", "4")))]

BUSY = """
import anyio
from minitasks import BackgroundTask

def work(number):
    total = 0
    for each in range(1000):
        total = add(total, each)

def add(one, other):
    return one + other

async def main():
    print("begun", flush=True)
    while True:
        async with anyio.create_task_group() as group:
            for number in range(20):
                group.start_soon(BackgroundTask(work, number))

anyio.run(main, backend="{backend}")
"""

# Of what runs in its own files nothing happens any more, and elsewhere all the time.
SPINS = (
    "names = {}",
    r"exec('def helper(): pass\ndef spin():\n    while True: helper()', names)",
    'print("begun", flush=True)',
    'names["spin"]()',
)

# The exception comes out of the trace function: for the program, as if the stop's line had raised.
RAISES_AT = """
import sys
from minitasks.cli import cli
from minitasks.tour.debugger import TourDebugger

interaction = TourDebugger.interaction

def interact_and_raise(self, frame, tb_or_exc):
    interaction(self, frame, tb_or_exc)
    if f"-- stop {sys.argv[1]} of" in self._latest:
        raise ZeroDivisionError("raised by the test")

TourDebugger.interaction = interact_and_raise
cli(["step", *sys.argv[2:]])
"""

DOUBLES = "doubled = number * 2", "return doubled"

SERVES = """
import threading, urllib.request
import uvicorn
from fastapi import BackgroundTasks, FastAPI

app = FastAPI()

def send(to):
    print("sent to", to)

@app.get("/")
async def index(tasks: BackgroundTasks) -> None:
    tasks.add_task(send, "ada")

class Server(uvicorn.Server):
    async def startup(self, sockets=None):
        await super().startup(sockets)
        port = self.servers[0].sockets[0].getsockname()[1]
        url = f"http://127.0.0.1:{port}/"
        threading.Thread(target=urllib.request.urlopen, args=(url,), daemon=True).start()

Server(uvicorn.Config(app, port=0)).run()
"""

IN_A_THREAD_OF_ITS_OWN = """
import threading
import anyio
from minitasks import BackgroundTask

async def send(): pass

threading.Thread(target=lambda: anyio.run(BackgroundTask(send))).start()
"""


def at_stops(stops: list[tuple[str, int]], check: Callable[[str, int], None]) -> None:
    """Make a check at stops of the tours, a few at a time: each waits for its session."""
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda stop: check(*stop), stops))


def test_an_exception_at_the_stops_between_ends_the_run_and_hangs_nothing() -> None:
    """What the program raises is shown, unless something of its own handles it."""

    def raise_at(name: str, number: int) -> None:
        command = ("-c", RAISES_AT, str(number))
        with Session(name, "--stop", str(number), command=command) as session:
            list(session.prompts("c"))
            words, code = session.end()
        assert "BdbQuit" not in words
        assert code == ("ZeroDivisionError: raised by the test" in words), words

    at_stops(STOPS[1::2], raise_at)


def test_an_exception_is_shown_from_the_programs_own_frames_on(tmp_path: Path) -> None:
    """The traceback begins in the program, and neither pdb nor the tour is in it."""
    with Session(one_task(tmp_path, 'raise LookupError("no such product")')) as session:
        list(session.prompts("c"))
        words, code = session.end()
    assert "LookupError: no such product" in words
    files = re.findall(r'File "(.+?)", line', words)
    assert files[0].endswith("app.py")
    assert not [file for file in files if re.search(r"bdb\.py|pdb\.py|minitasks/tour|click", file)]
    assert code == 1


def interrupt_twice(session: Session) -> None:
    session.interrupt("Enter leaves the tour")
    session.interrupt()


def hang_and_interrupt_twice(session: Session) -> None:
    """Let a command hang in a worker thread, as one that needs the event loop may; Ctrl-C twice."""
    session.type("import anyio.from_thread")
    session.child.sendline("anyio.from_thread.run(anyio.sleep_forever)")
    session.child.expect_exact("sleep_forever)")
    interrupt_twice(session)


def interrupt_and_enter(session: Session) -> None:
    """Press Ctrl-C in a worker thread, which nothing can interrupt while it reads."""
    session.interrupt("Enter leaves the tour")
    session.child.sendline("")


ENDINGS: dict[str, tuple[tuple[str, ...], Callable[[Session], object], int]] = {
    "q on the loop": (ON_LOOP, lambda session: session.child.sendline("q"), 0),
    "q in a worker": (IN_WORKER, lambda session: session.child.sendline("q"), 0),
    "Ctrl-D on the loop": (ON_LOOP, lambda session: session.child.sendeof(), 0),
    "Ctrl-D in a worker": (IN_WORKER, lambda session: session.child.sendeof(), 0),
    "Ctrl-C on the loop": (ON_LOOP, Session.interrupt, 0),
    "Ctrl-C and Enter in a worker": (IN_WORKER, interrupt_and_enter, 0),
    "Ctrl-C twice in a worker": (IN_WORKER, interrupt_twice, 130),
    "Ctrl-C twice in a worker that hangs": (IN_WORKER, hang_and_interrupt_twice, 130),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_an_ending_is_quiet_and_gives_the_terminal_back(ending: str) -> None:
    """A shell that runs the tour finds its terminal's settings unchanged, however it ended."""
    where, end, code = ENDINGS[ending]
    step = f"{sys.executable} -m minitasks step {' '.join(where)}"
    script = f"trap : INT; stty -g; {step}; echo exit code $?; stty -g; cat"
    run_shell = f"import os; os.execlp('sh', 'sh', '-c', {script!r})"
    with Session("-c", run_shell, command=()) as session:
        settings = session.last_words.split()[0]
        end(session)
        session.child.expect_exact(f"exit code {code}\r\n{settings}")
        assert not re.search("Traceback|BdbQuit", str(session.child.before))


@pytest.mark.parametrize(
    ("where", "answer", "leave"),
    [(ON_LOOP, "", Session.interrupt), (IN_WORKER, "Enter drops this line", interrupt_and_enter)],
    ids=["on the loop", "in a worker"],
)
def test_ctrl_c_drops_a_half_typed_line_first(
    where: tuple[str, ...], answer: str, leave: Callable[[Session], None]
) -> None:
    """On the event loop at once, in a worker thread with Enter; only then does it leave."""
    with Session(*where) as session:
        session.child.send("p half")
        session.child.expect_exact("p half")
        session.interrupt(answer)
        if answer:
            session.child.sendline("")
        session.read()
        assert "42\n" in session.type("p 6 * 7").text
        leave(session)
        session.end_cleanly()


def test_ctrl_c_aborts_a_command_that_takes_too_long() -> None:
    """While a command runs on the event loop's thread, Ctrl-C ends the command, not the tour."""
    with Session(*ON_LOOP) as session:
        session.child.sendline("import time; print('begun', flush=True); time.sleep(60)")
        session.child.expect_exact("begun\r\n")
        session.interrupt()
        assert "KeyboardInterrupt" in session.read().text
        session.end_cleanly("q")


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@pytest.mark.parametrize(
    "waits", ["await anyio.sleep_forever()", "while True: pass", "time.sleep(600)"]
)
def test_ctrl_c_while_the_program_runs_opens_a_prompt(
    tmp_path: Path, waits: str, backend: str
) -> None:
    """Where the program computes or waits; c goes on there, q ends it, and so does a Ctrl-C."""
    path = one_task(tmp_path, WAITING, waits, backend=backend)
    for ending in ("q", "Ctrl-C"):
        with Session(path) as session:
            go_on_until_it_waits(session)
            # On the way to the wait a Ctrl-C may land in a caller, and the prompt is there.
            if waits != "while True: pass":
                wait_until(partial(is_asleep, session.child.pid))
            session.interrupt()
            prompt = session.read()
            assert (prompt.function, prompt.source) == ("task", waits)
            assert "Interrupted" in prompt.text
            assert "* event loop" in session.type("w").text
            if ending == "q":
                session.child.sendline("q")
            else:
                session.interrupt()
            session.end_cleanly()


def is_asleep(pid: int | None) -> bool:
    """Tell whether a process's main thread waits; where there is no /proc, nothing tells."""
    state = Path(f"/proc/{pid}/stat")
    return not state.exists() or state.read_text().rpartition(")")[2].split()[0] == "S"


def go_on_until_it_waits(session: Session) -> None:
    """Go on from the first two stops until the program waits."""
    session.type("c")
    session.child.sendline("c")
    session.child.expect_exact("waiting\r\n")


@pytest.mark.parametrize("is_in_library", [False, True], ids=["twenty threads", "in a library"])
@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_ctrl_c_at_any_moment_leads_to_a_prompt_or_the_end(
    tmp_path: Path, backend: str, is_in_library: bool
) -> None:
    """At swept delays, while the program works: q ends it, if it has not ended."""
    busy = program(tmp_path, BUSY.format(backend=backend))
    path = one_task(tmp_path, *SPINS, backend=backend) if is_in_library else busy

    def interrupt(delay: float) -> None:
        with Session("--stop", "1000000", path, wait=False) as session:
            session.child.expect_exact("begun\r\n")
            time.sleep(delay)  # sweeps over what the program does, and waits for nothing
            session.child.sendintr()
            ending = "q" if session.next_prompt() else None
            assert ENDED_BY_FORCE not in session.end_cleanly(ending)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(interrupt, DELAYS))


def test_q_ends_a_program_that_catches_everything(tmp_path: Path) -> None:
    """Ctrl-C, then q: what neither a cancellation nor an exception ends is ended after a while."""
    stubborn = (
        "while True:",
        "    try: await anyio.sleep_forever()",
        "    except BaseException: pass",
    )
    with Session(one_task(tmp_path, WAITING, *stubborn)) as session:
        go_on_until_it_waits(session)
        session.interrupt()
        session.read()
        assert ENDED_BY_FORCE in session.end_cleanly("q")


def test_c_goes_on_after_ctrl_c(tmp_path: Path) -> None:
    """The program comes to its end as if nothing had been."""
    file = tmp_path / "go on"
    goes_on = "import os", f"while not os.path.exists({str(file)!r}): time.sleep(0.01)"
    with Session(one_task(tmp_path, WAITING, *goes_on)) as session:
        go_on_until_it_waits(session)
        session.interrupt()
        session.read()
        file.touch()
        session.end_cleanly("c")


def test_where_nobody_can_type_no_tour_waits() -> None:
    """A closed stdin is refused in a line; with an empty one the tour leaves at the first stop."""
    refused = "minitasks: a tour reads commands from stdin, which is closed\n"
    for stdin, *expected in (("<&-", [], refused, 2), ("</dev/null", ["1"], "", 0)):
        command = f"NO_COLOR=1 exec {sys.executable} -m minitasks step sync-task {stdin}"
        ran = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=TIMEOUT)
        stops = re.findall(r"stop (\d+) of", ran.stdout)
        assert [stops, ran.stderr, ran.returncode] == expected


@pytest.mark.parametrize("command", ["s", "n"])
def test_many_workers_share_one_prompt(tmp_path: Path, command: str) -> None:
    """Twenty threads reach their lines at once: each prompt shows one place, and all run on."""
    prompts, _ = take(workers(tmp_path, 20, *DOUBLES), by=command)
    places = [re.findall(r"^> .+\(\d+\)", prompt.text, re.MULTILINE) for prompt in prompts]
    assert all(len(each) == 1 for each in places)
    # What was typed in one holds when it goes on after the others.
    assert [prompt.source for prompt in prompts].count("return doubled") >= 20


@pytest.mark.parametrize("ending", ["q", "c"])
def test_leaving_amid_many_workers_hangs_none(tmp_path: Path, ending: str) -> None:
    """Whoever has the prompt among twenty threads, `q` ends all of them and `c` lets all run."""
    with Session(workers(tmp_path, 20, *DOUBLES)) as session:
        while session.prompt.source != "doubled = number * 2":
            session.type("c")
        if ending == "c":
            session.type("silence")
        session.end_cleanly(ending)


@pytest.mark.parametrize(
    ("text", "stop"),
    [(SERVES, 1), (SERVES, 2), (IN_A_THREAD_OF_ITS_OWN, 1)],
    ids=["in the endpoint", "in the task", "in a thread of its own"],
)
def test_q_is_quiet_and_ends_what_would_go_on(tmp_path: Path, text: str, stop: int) -> None:
    """uvicorn logs what is raised and serves on, Python prints what ends a thread: not here."""
    with Session(program(tmp_path, text)) as session:
        for _ in range(stop - 1):
            session.type("c")
        session.end_cleanly("q")
