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
from tests.tour.session import Prompt, Session, program

pytestmark = pytest.mark.slow

STOPS = [(name, number) for name, stops in TOURS.items() for number in range(1, len(stops) + 1)]

# A stop on the event loop, whose thread is the main thread, and one in a worker thread.
ON_LOOP = ("sync-task", "--stop", "1")
IN_WORKER = ("sync-task", "--stop", "3")

WAITS_FOR_EVER = """
import time
import anyio
from minitasks import BackgroundTask

async def wait():
    print("waiting", flush=True)
    await anyio.sleep_forever()

if __name__ == "__main__":
    anyio.run(BackgroundTask(wait))
"""

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
SPINNING = """
import anyio
from minitasks import BackgroundTask

exec("def helper(): pass\\ndef spin():\\n    while True: helper()")

async def main():
    print("begun", flush=True)
    spin()

anyio.run(BackgroundTask(main), backend="{backend}")
"""

GOES_ON = """
    from pathlib import Path
    while not Path(__file__).with_name("go on").exists():
        time.sleep(0.01)
"""

RAISES = """
import anyio
from minitasks import BackgroundTask

async def fail():
    raise LookupError("no such product")

anyio.run(BackgroundTask(fail))
"""

MANY_WORKERS = """
import anyio
from minitasks import BackgroundTask
from tests.parts import TIMEOUT

def work(number):
    doubled = number * 2
    return doubled

async def main():
    async with anyio.create_task_group() as group:
        for number in range(20):
            group.start_soon(BackgroundTask(work, number))

anyio.run(main)
"""


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

async def send():
    pass

def work():
    anyio.run(BackgroundTask(send))

threading.Thread(target=work).start()
"""


def at_stops(stops: list[tuple[str, int]], check: Callable[[str, int], None]) -> None:
    """Make a check at stops of the tours, a few at a time: each waits for its session."""
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda stop: check(*stop), stops))


def assert_ended_cleanly(session: Session) -> str:
    """Wait for the end; nothing of the debugger is in what was said last, which is returned."""
    words, code = session.end()
    assert "Traceback" not in words, words
    assert "BdbQuit" not in words, words
    assert code == 0
    return words


def test_an_exception_at_the_stops_between_ends_the_run_and_hangs_nothing() -> None:
    """What the program raises is shown, unless something of its own handles it."""

    def raise_at(name: str, number: int) -> None:
        command = ("-m", "tests.tour.raise_at", str(number))
        with Session(name, "--stop", str(number), command=command) as session:
            while session.type("c") is not None:
                pass
            words, code = session.end()
        assert "BdbQuit" not in words
        assert code == ("ZeroDivisionError: raised by the test" in words), words

    at_stops(STOPS[1::2], raise_at)


def test_an_exception_is_shown_from_the_programs_own_frames_on(tmp_path: Path) -> None:
    """The traceback begins in the program, and neither pdb nor the tour is in it."""
    with Session(program(tmp_path, RAISES)) as session:
        while session.type("c") is not None:
            pass
        words, code = session.end()
    assert "LookupError: no such product" in words
    files = re.findall(r'File "(.+?)", line', words)
    assert files[0].endswith("app.py")
    assert not [file for file in files if re.search(r"bdb\.py|pdb\.py|minitasks/tour|click", file)]
    assert code == 1


@pytest.mark.parametrize("where", [ON_LOOP, IN_WORKER], ids=["on the loop", "in a worker"])
def test_the_end_of_input_leaves(where: tuple[str, ...]) -> None:
    """Ctrl-D at a prompt is as good as `q`."""
    with Session(*where) as session:
        session.child.sendeof()
        assert session.read() is None
        assert_ended_cleanly(session)


def test_ctrl_c_at_a_prompt_of_the_event_loop_leaves() -> None:
    """There Ctrl-C is as good as `q`, and takes no further key."""
    with Session(*ON_LOOP) as session:
        session.child.sendintr()
        assert session.read() is None
        assert_ended_cleanly(session)


def test_ctrl_c_at_a_prompt_of_a_worker_thread_says_what_to_do() -> None:
    """Nothing can interrupt that thread while it reads: Enter leaves."""
    with Session(*IN_WORKER) as session:
        session.child.sendintr()
        session.child.expect_exact("Enter leaves the tour")
        assert session.type("") is None
        assert_ended_cleanly(session)


def test_a_second_ctrl_c_at_a_prompt_of_a_worker_thread_ends_it_at_once() -> None:
    """The way out when a command in that thread hangs: here one that needs the event loop."""
    with Session(*IN_WORKER) as session:
        session.type("import anyio.from_thread")
        session.child.sendline("anyio.from_thread.run(anyio.sleep_forever)")
        session.child.expect_exact("sleep_forever)")
        interrupt_twice(session)
        words, code = session.end()
    assert "Traceback" not in words
    assert code == 130


def interrupt_twice(session: Session) -> None:
    """Press Ctrl-C, and once more when the tour has answered."""
    session.child.sendintr()
    session.child.expect_exact("Enter leaves the tour")
    session.child.sendintr()


def test_ctrl_c_drops_a_half_typed_line_first() -> None:
    """On the event loop at once, in a worker thread with Enter; only then does it leave."""
    with Session(*ON_LOOP) as session:
        session.child.send("p half")
        session.child.expect_exact("p half")
        session.child.sendintr()
        assert session.read() is not None
        session.child.sendline("p 6 * 7")
        session.child.expect_exact("42\r\n")
        session.read()
        session.child.sendintr()
        assert session.read() is None
        assert_ended_cleanly(session)
    with Session(*IN_WORKER) as session:
        session.child.send("p half")
        session.child.expect_exact("p half")
        session.child.sendintr()
        session.child.expect_exact("Enter drops this line")
        assert session.type("") is not None
        session.child.sendline("p 6 * 7")
        session.child.expect_exact("42\r\n")


def test_ctrl_c_aborts_a_command_that_takes_too_long() -> None:
    """While a command runs on the event loop's thread, Ctrl-C ends the command, not the tour."""
    with Session(*ON_LOOP) as session:
        session.child.sendline("import time; print('begun', flush=True); time.sleep(60)")
        session.child.expect_exact("begun\r\n")
        session.child.sendintr()
        prompt = session.read()
        assert prompt is not None
        assert "KeyboardInterrupt" in prompt.text
        assert session.type("q") is None


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@pytest.mark.parametrize(
    ("waits", "source"),
    [
        ("await anyio.sleep_forever()", "await anyio.sleep_forever()"),
        ("while True: pass", "while True: pass"),
        ("time.sleep(600)", "time.sleep(600)"),
    ],
)
def test_ctrl_c_while_the_program_runs_opens_a_prompt(
    tmp_path: Path, waits: str, source: str, backend: str
) -> None:
    """Where the program computes or waits; c goes on there, q ends it, and so does a Ctrl-C."""
    text = WAITS_FOR_EVER.replace("await anyio.sleep_forever()", waits)
    text = text.replace("BackgroundTask(wait)", f"BackgroundTask(wait), backend={backend!r}")
    for ending in ("q", "Ctrl-C"):
        with Session(program(tmp_path, text)) as session:
            session.type("c")
            session.child.sendline("c")
            session.child.expect_exact("waiting\r\n")
            # On the way to the wait a Ctrl-C may land in a caller, and the prompt is there.
            if waits != "while True: pass":
                wait_until(partial(is_asleep, session.child.pid))
            session.child.sendintr()
            prompt = session.read()
            assert prompt is not None
            assert (prompt.function, prompt.source) == ("wait", source)
            assert "Interrupted" in prompt.text
            where = session.type("w")
            assert where is not None
            assert "* event loop" in where.text
            if ending == "q":
                session.child.sendline("q")
            else:
                session.child.sendintr()
            assert session.read() is None
            assert_ended_cleanly(session)


def is_asleep(pid: int | None) -> bool:
    """Tell whether a process's main thread waits; where there is no /proc, nothing tells."""
    state = Path(f"/proc/{pid}/stat")
    return not state.exists() or state.read_text().rpartition(")")[2].split()[0] == "S"


def interrupt_where_it_waits(session: Session) -> None:
    """Go on from the first two stops until the program waits, and press Ctrl-C there."""
    session.type("c")
    session.child.sendline("c")
    session.child.expect_exact("waiting\r\n")
    session.child.sendintr()


@pytest.mark.parametrize("busy", [BUSY, SPINNING], ids=["twenty threads", "in a library"])
@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_ctrl_c_at_any_moment_leads_to_a_prompt_or_the_end(
    tmp_path: Path, backend: str, busy: str
) -> None:
    """At swept delays, while the program works: q ends it, if it has not ended."""
    path = program(tmp_path, busy.format(backend=backend))

    def interrupt(delay: float) -> None:
        with Session("--stop", "1000000", path, wait=False) as session:
            session.child.expect_exact("begun\r\n")
            time.sleep(delay)  # sweeps over what the program does, and waits for nothing
            session.child.sendintr()
            if session.read() is not None:
                assert session.type("q") is None
            assert ENDED_BY_FORCE not in assert_ended_cleanly(session)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(interrupt, DELAYS))


def test_q_ends_a_program_that_catches_everything(tmp_path: Path) -> None:
    """Ctrl-C, then q: what neither a cancellation nor an exception ends is ended after a while."""
    stubborn = """while True:
        try:
            await anyio.sleep_forever()
        except BaseException:
            pass"""
    text = WAITS_FOR_EVER.replace("await anyio.sleep_forever()", stubborn)
    with Session(program(tmp_path, text)) as session:
        interrupt_where_it_waits(session)
        assert session.read() is not None
        assert session.type("q") is None
        assert ENDED_BY_FORCE in assert_ended_cleanly(session)


def test_c_goes_on_after_ctrl_c(tmp_path: Path) -> None:
    """The program comes to its end as if nothing had been."""
    text = WAITS_FOR_EVER.replace("await anyio.sleep_forever()", GOES_ON)
    with Session(program(tmp_path, text)) as session:
        interrupt_where_it_waits(session)
        assert session.read() is not None
        (tmp_path / "go on").touch()
        assert session.type("c") is None
        assert_ended_cleanly(session)


ENDINGS: dict[str, tuple[tuple[str, ...], Callable[[Session], object]]] = {
    "q on the loop": (ON_LOOP, lambda session: session.child.sendline("q")),
    "q in a worker": (IN_WORKER, lambda session: session.child.sendline("q")),
    "Ctrl-C on the loop": (ON_LOOP, lambda session: session.child.sendintr()),
    "Ctrl-C twice in a worker": (IN_WORKER, interrupt_twice),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_terminal_is_as_it_was(ending: str) -> None:
    """A shell that runs the tour finds its terminal's settings unchanged, however it ended."""
    where, end = ENDINGS[ending]
    script = (
        f"trap : INT; stty -g; {sys.executable} -m minitasks step {' '.join(where)}; stty -g; cat"
    )
    run_shell = f"import os; os.execlp('sh', 'sh', '-c', {script!r})"
    with Session("-c", run_shell, command=()) as session:
        assert session.first is not None
        settings = session.first.text.split()[0]
        end(session)
        session.child.expect_exact(settings, timeout=TIMEOUT)


def test_a_closed_stdin_is_refused_in_one_line() -> None:
    """Without a stdin there is nobody to give commands."""
    command = f"exec {sys.executable} -m minitasks step sync-task <&-"
    outcome = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=TIMEOUT)
    assert outcome.stderr == "minitasks: a tour reads commands from stdin, which is closed\n"
    assert outcome.returncode == 2


def test_an_empty_stdin_leaves_at_the_first_stop() -> None:
    """With </dev/null the first prompt meets the end of input."""
    outcome = subprocess.run(
        [sys.executable, "-m", "minitasks", "step", "sync-task"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        env={**os.environ, "NO_COLOR": "1"},
    )
    assert "stop 1 of" in outcome.stdout
    assert "stop 2 of" not in outcome.stdout
    assert outcome.stderr == ""
    assert outcome.returncode == 0


@pytest.mark.parametrize("command", ["s", "n"])
def test_many_workers_share_one_prompt(tmp_path: Path, command: str) -> None:
    """Twenty threads reach their lines at once: each prompt shows one place, and all run on."""
    with Session(program(tmp_path, MANY_WORKERS)) as session:
        prompts = list(session.prompts(command))
        words, code = session.close()
    assert all(len(places_in(prompt)) == 1 for prompt in prompts)
    assert "Traceback" not in words
    assert code == 0
    if command == "s":
        returns = [prompt for prompt in prompts if prompt.source == "return doubled"]
        assert len(returns) >= 20


def places_in(prompt: Prompt) -> list[str]:
    """Give the places that stand above a prompt."""
    return re.findall(r"^> .+\(\d+\)", prompt.text, re.MULTILINE)


@pytest.mark.parametrize("ending", ["q", "c"])
def test_leaving_amid_many_workers_hangs_none(tmp_path: Path, ending: str) -> None:
    """Whoever has the prompt among twenty threads, `q` ends all of them and `c` lets all run."""
    with Session(program(tmp_path, MANY_WORKERS)) as session:
        prompt = session.first
        while prompt is not None and prompt.source != "doubled = number * 2":
            prompt = session.type("c")
        if ending == "c":
            session.type("silence")
        assert session.type(ending) is None
        assert_ended_cleanly(session)


@pytest.mark.parametrize("stop", [1, 2], ids=["in the endpoint", "in the task"])
def test_q_ends_a_server_that_would_go_on(tmp_path: Path, stop: int) -> None:
    """uvicorn logs whatever an application raises and serves on: leaving is quiet and ends it."""
    with Session(program(tmp_path, SERVES)) as session:
        for _ in range(stop - 1):
            session.type("c")
        assert session.type("q") is None
        assert_ended_cleanly(session)


def test_q_in_a_thread_of_the_programs_own_is_quiet(tmp_path: Path) -> None:
    """Python would print what ends a thread; here it is only the way out."""
    with Session(program(tmp_path, IN_A_THREAD_OF_ITS_OWN)) as session:
        assert session.type("q") is None
        assert_ended_cleanly(session)
