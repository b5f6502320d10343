"""Own runs: an application served and recorded as it is, and what is said of each request.

The application keeps a log of its own, with threads and times, that knows nothing of the recorder.
What is said is compared with that.
"""

import logging
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx2
import pytest

from minitasks.scenarios.application import Request, find_application
from minitasks.timeline.ask import questions_on
from minitasks.timeline.calls import View
from minitasks.timeline.events import Event, Timeline
from minitasks.timeline.findings import Finding
from minitasks.timeline.own_code import Run
from minitasks.timeline.own_findings import find_own
from minitasks.timeline.own_runs import OwnRun, run_own_program, serve_recorded
from minitasks.timeline.teller import RecordedRequest
from minitasks.tracing.threads import Lane

APP = """
import asyncio, contextlib, threading, time

import anyio.to_thread
import far_away
from fastapi import BackgroundTasks, Depends, FastAPI, HTTPException

LOG = []
asked = asyncio.Event()
met = []

@contextlib.contextmanager
def logged(name):
    LOG.append((name, "begins", threading.get_ident(), time.perf_counter_ns()))
    yield
    LOG.append((name, "ends", threading.get_ident(), time.perf_counter_ns()))

@contextlib.asynccontextmanager
async def lifespan(app):
    LOG.append(("loop", "runs", threading.get_ident(), 0))
    anyio.to_thread.current_default_thread_limiter().total_tokens = 1
    task = asyncio.create_task(tick())
    yield
    task.cancel()

async def tick():
    while True:
        await asked.wait()
        asked.clear()
        time.sleep(0.1)

app = FastAPI(lifespan=lifespan)

def get_db():
    with logged("get_db"): yield {"book": 3}

@app.post("/orders", status_code=201)
def order(tasks: BackgroundTasks, db=Depends(get_db)):
    with logged("order"):
        tasks.add_task(mail, "ada")
        tasks.add_task(report)
        return db

def mail(to):
    with logged("mail"): ...

async def report():
    with logged("report"):
        lines = total()
        time.sleep(0.2)
        await anyio.sleep(0)

def total():
    with logged("total"): return 3

@app.get("/missing")
def missing(): raise HTTPException(404)

@app.post("/charges", status_code=201)
async def charges(tasks: BackgroundTasks):
    tasks.add_task(charge)
    tasks.add_task(mail, "ada")

async def charge():
    await anyio.sleep(0)
    raise ConnectionError("no bank")

@app.get("/lost")
async def lost(): charge()

@app.get("/parse")
async def parse(tasks: BackgroundTasks): tasks.add_task(far_away.parse)

@app.get("/crowd")
async def crowd():
    async with anyio.create_task_group() as group:
        for number in (1, 2):
            group.start_soon(anyio.to_thread.run_sync, resize, number)

def resize(number):
    with logged("resize"): time.sleep(0.03)

@app.get("/sleeps")
async def sleeps():
    asked.set()
    await asyncio.sleep(1)

@app.get("/waits")
async def waits():
    asked.set()
    await asyncio.sleep(0)
    await asyncio.sleep(0)

@app.get("/meet/{name}")
async def meet(name: str, tasks: BackgroundTasks):
    met.append(name)
    while len(met) < 2:
        await anyio.sleep(0.001)
    tasks.add_task(mail, name)
"""
ASKED = [
    *(Request("POST", "/orders", "{}"), Request("GET", "/missing")),
    *(Request("POST", "/charges", "{}"), Request("GET", "/lost")),
    *(Request("GET", path) for path in ("/crowd?size=2", "/parse", "/sleeps", "/waits")),
]
# A library: it is not recorded.
FAR_AWAY = """
import time

async def parse(): time.sleep(0.15)
"""


@dataclass
class Served:
    """What was told of the requests, and the application's own log."""

    requests: list[RecordedRequest]
    log: list[tuple[str, str, int, int]]

    def of(self, number: int, kind: str) -> list[Finding]:
        return [each for each in self.requests[number - 1].findings if each.kind == kind]

    def figures(self, number: int, kind: str) -> dict[str, Any]:
        (found,) = self.of(number, kind)
        return found.figures

    def threads(self, name: str) -> set[int]:
        return {thread for logged, _, thread, _ in self.log if logged == name}

    @property
    def loop(self) -> set[int]:
        return self.threads("loop")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Write the application; afterwards, put back what it and uvicorn set up for good."""
    folder = tmp_path_factory.mktemp("own")
    library = folder / "site-packages"
    library.mkdir()
    (folder / "own_shop.py").write_text(APP, encoding="utf-8")
    (library / "far_away.py").write_text(FAR_AWAY, encoding="utf-8")
    path = sys.path[:]
    sys.path.append(str(library))
    loggers = [logging.getLogger(name) for name in ("uvicorn", "uvicorn.access", "uvicorn.error")]
    before = [(each.handlers[:], each.propagate, each.level) for each in loggers]
    yield folder
    sys.path[:] = path
    sys.modules.pop("own_shop", None)
    for logger, (handlers, propagate, level) in zip(loggers, before, strict=True):
        logger.handlers, logger.propagate = handlers, propagate
        logger.setLevel(level)


def serve(folder: Path, *requests: Request, **more: Any) -> tuple[list[RecordedRequest], int]:
    """Serve it anew; give what was told of the requests, and how many were left out."""
    sys.modules.pop("own_shop", None)
    told: list[RecordedRequest] = []
    application = find_application("own_shop:app", folder)
    served = serve_recorded(application, requests, when_done=told.append, **more)
    return told, served.left_out


@pytest.fixture(scope="module")
def served(shop: Path) -> Served:
    """Serve the application, ask, and hear what was recorded."""
    with pytest.warns(RuntimeWarning, match="'charge' was never awaited"):
        requests, left_out = serve(shop, *ASKED)
    assert not left_out
    return Served(requests, sys.modules["own_shop"].LOG)


def test_each_request_is_a_story_of_its_own(served: Served) -> None:
    """In the order of their arrival, with their answers; no event belongs to two."""
    stories = [each for each in served.requests if each.number]
    names = [f"{each.method} {each.path.partition('?')[0]}" for each in ASKED]
    statuses = [201, 404, 201, 200, 200, 200, 200, 200]
    assert [each.name for each in stories] == names
    assert [each.status for each in stories] == statuses
    for each in stories:
        numbers = {event.request for event in each.view.timeline.events}
        # Its client's marks are its own as well.
        assert numbers == {0, each.number}


def test_where_each_ran_is_what_its_own_log_says(served: Served) -> None:
    """On the event loop or not, and why: sync, async, or sync and called from async."""
    ran = {str(each.figures["function"]): each for each in served.of(1, "ran")}
    in_worker = "is sync: it ran in worker thread "
    why = {
        **dict.fromkeys(("get_db", "order", "mail"), in_worker),
        "report": "is async: it ran on the event loop.",
        "total": "is sync, and called by report, which is async: it ran on the event loop.",
    }
    assert ran.keys() - {"logged"} == why.keys()
    for name, words in why.items():
        assert ran[name].text.startswith(f"{name} (")
        assert words in ran[name].text
        assert ran[name].figures["on_event_loop"] == (served.threads(name) == served.loop)


def test_the_answer_the_tasks_and_their_times_are_those_of_the_log(served: Served) -> None:
    """Sent before the first task; the last task ended when the log says so, to a few ms."""
    (sent,) = served.of(1, "sent")
    assert sent.holds
    assert sent.figures["status"] == 201
    assert "the client had it" in sent.text
    begins = {name: time for name, what, _, time in served.log if what == "begins"}
    ends = {name: time for name, what, _, time in served.log if what == "ends"}
    between = (ends["report"] - begins["mail"]) / 1e6
    assert served.figures(1, "sent")["until_last_task"] >= between
    assert served.figures(1, "order") == {"tasks": ["mail", "report"], "one_by_one": True}


def test_what_held_the_event_loop_is_named_with_its_line(served: Served) -> None:
    """The function, its line, the milliseconds."""
    (held,) = served.of(1, "held")
    assert not held.holds
    assert "is async and held the event loop for" in held.text
    figures = served.figures(1, "held")
    assert (figures["function"], figures["source"]) == ("report", "time.sleep(0.2)")
    assert figures["milliseconds"] >= 195


def test_what_held_the_event_loop_unrecorded_is_named_too(served: Served) -> None:
    """A library's function and line, if the machine had time to look; nobody else is blamed."""
    for held in served.of(6, "held"):
        assert held.figures["function"] == "parse"
        assert held.figures["line"] == 4
        assert "code that is not recorded: parse (site-packages/far_away.py:4)." in held.text
    assert [each.text for number in range(2, 6) for each in served.of(number, "held")] == []


def test_a_request_waited_for_the_loop_only_if_it_goes_on_when_it_is_free(served: Served) -> None:
    """One that sleeps meanwhile, and longer, has lost nothing."""
    assert not served.of(7, "held up")
    assert len(served.of(8, "held up")) == 1


def test_a_request_is_asked_about_and_no_answer_disagrees_with_its_log(served: Served) -> None:
    """Where, in which order, whether the loop went on, how it ended, whether it ran at all."""
    asked = {
        (request.number, question.text): question.options[question.right]
        for request in served.requests
        for question in questions_on(request.view, list(request.findings))
    }
    assert asked[1, "Which is called first?"] == "mail"
    assert asked[1, "While report runs, does the event loop go on?"] == "no, it stands still"
    assert asked[2, "How does missing end?"] == "it raises an exception"
    assert asked[3, "How does charge end?"] == "it raises an exception"
    assert asked[4, "charge is called. Does it run?"] == "no"  # nobody awaited it
    assert asked[5, "Does resize run as soon as it is handed to a thread?"] == (
        "no: it waits for a token"
    )
    for number, text in asked:
        found = re.match(r"Where does (\w+) run\?", text)
        if found and (threads := served.threads(found[1])):
            on_loop = threads <= served.loop
            assert asked[number, text] == ("on the event loop" if on_loop else "in a worker thread")


def test_an_exception_that_is_an_answer_is_no_fault(served: Served) -> None:
    """HTTPException(404) in an endpoint became the answer 404."""
    (raised,) = served.of(2, "raised")
    assert raised.text.endswith("raised HTTPException(404): the answer was 404.")
    assert raised.holds


def test_an_exception_in_a_task_reached_the_server_alone(served: Served) -> None:
    """The client has its 201; what is behind the task never ran."""
    (raised,) = served.of(3, "raised")
    assert "raised ConnectionError('no bank'): it reached the server, which can" in raised.text
    assert not raised.holds
    assert raised.figures["is_task"]
    assert "mail" not in {each.figures["function"] for each in served.of(3, "ran")}


def test_who_waited_for_a_token_is_told_with_the_time(served: Served) -> None:
    """Of two that need the one token, the second waited as long as the first one worked."""
    waited = served.figures(5, "waited")
    assert (waited["function"], waited["tokens"]) == ("resize", 1)
    assert waited["milliseconds"] >= 30
    steps = [time for name, _, _, time in served.log if name == "resize"]
    assert steps[1] < steps[2]


def test_nothing_is_left_running(served: Served) -> None:
    """No client and no teller outlives the run."""
    assert not [t for t in threading.enumerate() if t.name in ("client", "minitasks")]


def test_a_long_request_does_not_take_an_earlier_one_along(shop: Path) -> None:
    """What was sent from here is told of at the end, when the recording may hold only the last."""
    told, left_out = serve(shop, ASKED[1], ASKED[0], limit=120)
    assert [each.name for each in told] == ["GET /missing"]
    assert left_out == 1


def test_requests_that_overlap_are_told_apart(shop: Path) -> None:
    """Two that wait for each other are two stories, each with its own calls."""

    def both_at_once(address: str) -> None:
        for name in ("ada", "grace"):
            threading.Thread(target=fetch, args=(f"{address}/meet/{name}",)).start()

    def fetch(url: str) -> None:
        httpx2.get(url, trust_env=False)
        left.append(url)
        if len(left) == 2:
            signal.raise_signal(signal.SIGINT)

    left: list[str] = []
    told, _ = serve(shop, when_ready=both_at_once)
    assert sorted(each.name for each in told) == ["GET /meet/ada", "GET /meet/grace"]
    for each in told:
        (mail,) = each.view.calls("mail")
        assert mail.arguments[0][1].strip("'") in each.name
        assert len(each.view.calls("meet")) == 1


# -- programs --------------------------------------------------------------------------------------


def run(folder: Path, text: str, *arguments: str) -> OwnRun:
    program = folder / "program.py"
    program.write_text(text)
    return run_own_program(program, arguments)


def test_a_program_is_run_as_python_runs_it_and_recorded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its arguments, its exit code, its own modules; what it says is its own."""
    (tmp_path / "helper_of_program.py").write_text("def double(n): return 2 * n\n")
    done = run(
        tmp_path,
        "import sys\nfrom helper_of_program import double\n"
        "def main():\n    print(double(int(sys.argv[1])), __name__)\n    sys.exit(3)\n"
        "main()\n",
        "21",
    )
    assert capsys.readouterr().out == "42 __main__\n"
    assert done.code == 3
    names = [each.figures["function"] for each in done.findings if each.kind == "ran"]
    assert names == ["main"]
    assert {call.name for call in done.view.all_calls} >= {"main", "double"}


RUNS_A_LOOP = """
import sys, time
import anyio
from minitasks import BackgroundTask

async def block(): time.sleep(0.1)
def work(): anyio.run(anyio.sleep, 0.1)

async def main():
    await anyio.sleep(0.1)
    await block()
    await BackgroundTask(work)()

def start():
    anyio.run(main, backend=sys.argv[1])
    time.sleep(0.1)

start()
"""


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_what_runs_the_event_loop_does_not_hold_it(tmp_path: Path, backend: str) -> None:
    """Its bar ends where the loop takes over; what blocks inside the loop is told as ever."""
    done = run(tmp_path, RUNS_A_LOOP, backend)
    said = {each.figures["function"]: each.text for each in done.findings if each.kind == "ran"}
    assert said["start"].endswith("is sync: it ran outside the event loop, on its thread.")
    assert said["main"].endswith("is async: it ran on the event loop.")
    assert said["work"].endswith("is sync: it ran in worker thread 1.")
    held = [each.figures["function"] for each in done.findings if each.kind == "held"]
    assert "block" in held
    assert "start" not in held
    start, main = done.view.call("start"), done.view.call("main")
    assert start is not None
    assert main is not None
    before, after = start.slices
    assert (before.ended, after.begun, after.ended) == ("loop", "loop", "return")
    assert before.end <= main.start
    assert main.end <= after.start


def test_a_failing_program_shows_its_own_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As Python prints it, without what ran it; what the program handled is told from its end."""
    done = run(
        tmp_path,
        "def fail(): raise LookupError('no such book')\n"
        "def end(): raise KeyError('no such pen')\n"
        "try: fail()\nexcept LookupError: pass\nend()\n",
    )
    assert done.code == 1
    printed = capsys.readouterr().err
    assert printed.splitlines()[1].startswith(f'  File "{tmp_path / "program.py"}", line 5')
    assert printed.endswith("KeyError: 'no such pen'\n")
    raised = [each for each in done.findings if each.kind == "raised"]
    assert [each.text.partition(" raised ")[2] for each in raised] == [
        "LookupError('no such book'): the program handled it.",
        "KeyError('no such pen'): it ended the program.",
    ]


CANCELLED = """
import asyncio

async def main():
    task = asyncio.create_task(asyncio.sleep(1))
    task.cancel()
    await task

asyncio.run(main())
"""


def test_a_program_that_ends_with_a_cancellation_is_drawn(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """CancelledError is no Exception; Python prints its traceback and ends with 1."""
    done = run(tmp_path, CANCELLED)
    assert done.code == 1
    assert "CancelledError" in capsys.readouterr().err
    (raised,) = [each.text for each in done.findings if each.kind == "raised"]
    assert raised.endswith(" was cancelled: it ended the program.")


IN_A_GROUP = """
import asyncio, inspect, os, pathlib

async def fail():
    raise LookupError("no such book")

async def main():
    async with asyncio.TaskGroup() as group:
        group.create_task(fail())

os.chdir("/")
print(inspect.getsource(fail).splitlines()[0], pathlib.Path(__file__).is_file())
asyncio.run(main())
"""


def test_what_a_group_held_ended_the_program_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both are told; and a program that goes elsewhere finds its own file, however it was named."""
    monkeypatch.chdir(tmp_path)
    found = run(Path(), IN_A_GROUP).findings
    said = [each.text.partition(") ")[2] for each in found if each.kind == "raised"]
    assert said[0] == "raised LookupError('no such book'): it ended the program."
    assert said[1].startswith("raised ExceptionGroup(")
    assert said[1].endswith(": it ended the program.")
    assert capsys.readouterr().out == "async def fail(): True\n"


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="there nothing is lost")
def test_a_thread_whose_recording_a_recursion_cut_short_is_named(tmp_path: Path) -> None:
    """Where Python 3.11 stops telling of a thread, a sentence tells of that."""
    text = "def deep(): deep()\ntry: deep()\nexcept RecursionError: pass\n"
    (cut,) = [each for each in run(tmp_path, text).findings if each.kind == "cut short"]
    assert cut.text.startswith("A recursion came to its limit in MainThread")


TASKS = """
import anyio, asyncio
from minitasks import BackgroundTasks, run_in_threadpool

def save(): pass
def resize(): pass
async def offload():
    await asyncio.to_thread(resize)
    await run_in_threadpool(resize)

async def main():
    tasks = BackgroundTasks()
    tasks.add_task(save)
    tasks.add_task(offload)
    tasks.add_task(lambda: save())
    await tasks()

anyio.run(main)
"""


def test_only_what_the_list_called_is_a_task_of_it(tmp_path: Path) -> None:
    """Not what a task hands to a thread by itself; a lambda is one."""
    (order,) = [each for each in run(tmp_path, TASKS).findings if each.kind == "order"]
    assert order.figures == {"tasks": ["save", "offload", "<lambda>"], "one_by_one": True}


BUSY = """
async def main():
    count()

def count():
    for number in range(100_000):
        number += 1
"""


def test_what_only_the_recording_makes_slow_is_not_said_to_hold_the_loop() -> None:
    """Each step costs: of a call that is open where the recording is full all of them count."""
    step = Event("line", 0, 0, 1, 2, "own.py", "count", 7)
    events = (
        replace(step, kind="call", frame=1, function="main", line=2),
        replace(step, kind="call", line=5),
        *(replace(step, time=5_000 * n, spent=2_500 * n) for n in range(20_000)),
    )
    timeline = Timeline(events, (Lane(0, "event loop", "event loop"),), {"own.py": BUSY}, 1)
    found = find_own(Run(View(timeline), frozenset({"own.py"})))
    assert not [each for each in found if each.kind == "held"]


LOADED = """
import gc

from fastapi import FastAPI

app = FastAPI()

@app.get("/")
def look():
    return gc.get_freeze_count(), any(each is app for each in gc.get_objects())
"""


def test_garbage_collections_look_at_what_is_the_applications_alone(tmp_path: Path) -> None:
    """They hold the event loop, the longer the more there is to look at."""
    (tmp_path / "loaded.py").write_text(LOADED)
    command = [sys.executable, "-m", "minitasks", "run", "loaded:app", "--get", "/", "--rows"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=True)
    assert re.search(r"look returns .* \([1-9]\d{4}, True\)", done.stdout)
