"""One prompt for many threads and tasks: who waits for it, where a step stays, what is said."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import pytest

from minitasks.tour.run_tour import tour_of_program
from minitasks.tracing.thread_pdb import ThreadPdb
from tests.tour.session import Session, one_task, program, take, workers

pytestmark = pytest.mark.slow

TWO_TASKS = """
import time
import anyio
from minitasks import BackgroundTask

async def tick(done):
    while not done.is_set():
        await anyio.sleep(0.001)

def work(number):
    time.sleep(0.05)
    return number

async def run_one(number, done):
    task = BackgroundTask(work, number)
    await task()
    done.set()

async def main():
    done = anyio.Event()
    async with anyio.create_task_group() as group:
        group.start_soon(tick, done)
        await run_one(1, done)

anyio.run(main, backend="{backend}")
BackgroundTask(print)
"""

TWO_COROUTINES = (
    "async def one():",
    "    BackgroundTask(print)",
    "async def two():",
    "    await anyio.sleep(0)",
    "async with anyio.create_task_group() as group:",
    "    group.start_soon(one)",
    "    group.start_soon(two)",
)

SHOP = """
import time
from fastapi import FastAPI

app = FastAPI()

@app.get("/slow")
def slow():
    return "slow"

@app.get("/health")
async def health():
    return "well"
"""

TWICE = "doubled = number * 2", "again = doubled * 2", "return again"

LONG_LOOP = (
    "def add(one, other): return one + other",
    "total = 0",
    "for number in range(5000):",
    "    total = add(total, number)",
)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_s_stays_in_its_task_and_its_worker_thread(tmp_path: Path, backend: str) -> None:
    """From the worker's last line back to its own coroutine, though another one ticks on."""
    with Session(program(tmp_path, TWO_TASKS.format(backend=backend))) as session:
        assert session.prompt.function == "run_one"
        session.type("c")
        steps = []
        while session.prompt.function != "run_one":
            steps.append((session.prompt.function, session.prompt.lane))
            session.type("s")
        rest = list(session.prompts("c"))
    assert steps[0] == ("work", "worker thread 1")
    assert "tick" not in [function for function, _ in steps]
    assert ("run_in_threadpool", "event loop") in steps
    # As long as an event loop runs there, the main thread is one.
    assert rest[-1].lane == "main thread"


def test_a_changed_coroutine_is_announced(tmp_path: Path) -> None:
    """As a changed lane is: two on one event loop look alike otherwise."""
    with Session(one_task(tmp_path, *TWO_COROUTINES)) as session:
        while session.prompt.function != "one":
            session.type("c")
        session.type(f"b {session.prompt.line + 2}")
        assert session.type("c").lane == "event loop, in the coroutine task.two"


def test_who_waits_for_the_prompt_is_said_to_be_held(tmp_path: Path) -> None:
    """A second worker that would stop, too, stands in the lanes as held by this prompt."""
    with Session(workers(tmp_path, 2, *TWICE)) as session:
        while session.prompt.function != "work":
            session.type("c")
        while "held by this prompt: work" not in session.type("w").text:
            pass
    assert "held by this prompt: the event loop" not in session.last_words


def test_requests_are_answered_while_a_worker_thread_has_the_prompt(tmp_path: Path) -> None:
    """The server goes on: only what would stop itself waits."""
    with Session(program(tmp_path, SHOP), wait=False, cwd=tmp_path) as session:
        url = session.serves()
        with httpx2.Client(trust_env=False, timeout=30) as client, ThreadPoolExecutor(1) as pool:
            first = pool.submit(client.get, f"{url}/health")
            assert session.read().function == "health"
            session.type("silence")
            session.child.sendline("c")
            assert first.result().json() == "well"
            slow = pool.submit(httpx2.get, f"{url}/slow", trust_env=False, timeout=None)
            assert session.read().lane == "worker thread 1"
            assert client.get(f"{url}/health").json() == "well"
            session.child.sendline("c")
            assert slow.result().json() == "slow"


CALLS_HERE = """
import minitasks

class BackgroundTask(minitasks.BackgroundTask):
    async def __call__(self):
        self.func(*self.args, **self.kwargs)
"""


def test_a_library_that_runs_it_elsewhere_is_said_to(tmp_path: Path) -> None:
    """The note speaks of a worker thread, and this library calls the function on the event loop."""
    prompts, _ = take("context", "--with", program(tmp_path, CALLS_HERE))
    told = next(prompt for prompt in prompts if prompt.function == "write_audit_log")
    assert told.lane == "event loop"
    said = "(This library does it differently: the tour means a line in a worker thread.)"
    assert said in " ".join(told.text.split())


def test_a_long_loop_and_its_calls_are_not_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nothing can stop, the debugger takes a few events, and not one a line."""
    taken = []
    take_event = ThreadPdb._take_event

    def count(self: ThreadPdb, frame: object, event: str, arg: object) -> object:
        taken.append(event)
        return take_event(self, frame, event, arg)  # type: ignore[arg-type]

    monkeypatch.setattr(ThreadPdb, "_take_event", count)
    monkeypatch.setattr(ThreadPdb, "cmdloop", lambda self, intro=None: self.set_continue())
    tour = tour_of_program(Path(one_task(tmp_path, *LONG_LOOP)))
    debugger = tour.debugger([], 1)
    with debugger.watching():
        tour.run()
    assert debugger.reached == 2
    assert len(taken) < 100


def test_whoever_leaves_is_told_how_to_come_back(tmp_path: Path) -> None:
    """The same command with the stop; what a program takes stays behind its name."""
    with Session("context", "--stop", "2", "--backend", "trio") as session:
        words, _ = session.end("q")
    assert "Again from here: minitasks step context --backend trio --stop 2" in words
    path = workers(tmp_path, 2, *TWICE)
    with Session("--stop=2", path, "--stop", "9") as session:
        words, _ = session.end("q")
    assert f"Again from here: minitasks step --stop 2 {path} --stop 9" in words


def test_a_program_without_a_stop_is_told_why(tmp_path: Path) -> None:
    """At its end; which reasons there are is for test_own_program.py."""
    _, words = take(program(tmp_path, "def test_it():\n    BackgroundTasks()\n"))
    assert "pytest runs its tests, and python does not" in " ".join(words.split())
