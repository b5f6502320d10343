"""What is easily mixed up: each sentence is told of what it is true of, and of nothing else."""

import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.timeline.served_by_command import Findings, figures, served, served_once, texts
from tests.timeline.shop import SHOP, TOLD

Expected = dict[str, list[str]]  # of each kind the sentences


def expected(told: str) -> dict[str, Expected]:
    """Read what is to be said, by path."""
    of_path: dict[str, Expected] = {}
    for line in told.splitlines():
        kind, _, sentence = line.partition(": ")
        if line.startswith("/"):
            paths = line.split(", ")
            of_path |= {path: {} for path in paths}
        elif sentence and line[0] != "#":
            for path in paths:
                of_path[path].setdefault(kind, []).extend([sentence] if sentence != "-" else [])
    return of_path


EXPECTED = expected(TOLD)
PATHS = tuple(EXPECTED)
HANDED_OVER = PATHS[: PATHS.index("/executor-beside")]
NUMBER = r"<(\d+)-(\d+)>"


def is_like(text: str, sentence: str) -> bool:
    pattern = re.escape(re.sub(NUMBER, "#", sentence)).replace(r"\#", r"([\d.]+)")
    found = re.fullmatch(pattern.replace(r"\.\.\.", ".*"), text)
    bounds = re.findall(NUMBER, sentence)
    return found is not None and all(
        int(least) <= float(number) <= int(most)
        for number, (least, most) in zip(found.groups(), bounds, strict=True)
    )


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory, testrun_uid: str) -> dict[str, Findings]:
    return served_once("shop", SHOP, PATHS, tmp_path_factory, testrun_uid)


@pytest.mark.parametrize("path", [path for path, kinds in EXPECTED.items() if kinds])
def test_what_is_said_is_true_of_this_request(told: dict[str, Findings], path: str) -> None:
    """Its sentences, in their order; why each is easily mixed up, shop.py says."""
    for kind, sentences in EXPECTED[path].items():
        said = texts(told[path], kind)
        assert len(said) == len(sentences), said
        assert all(map(is_like, said, sentences)), said


def test_what_a_request_hands_to_a_thread_is_told_of_it_on_uvloop_too(tmp_path: Path) -> None:
    """uvloop hands work to an executor by code that is not asyncio's."""
    pytest.importorskip("uvloop")
    told = served(tmp_path, SHOP, *HANDED_OVER, backend="uvloop")
    for path, findings in zip(HANDED_OVER, told, strict=False):
        assert all(map(is_like, texts(findings, "ran"), EXPECTED[path]["ran"]))


def test_a_hold_is_told_beside_the_librarys_behind_it(told: dict[str, Findings]) -> None:
    """The endpoint's own time is its own, and what its answer takes is not."""
    function, milliseconds = figures(told["/both"], "held", "function", "milliseconds")[0]
    assert function == "both"
    assert milliseconds >= 145


def test_a_middleware_is_not_blamed_for_what_it_awaits(told: dict[str, Findings]) -> None:
    """To turn a large answer into JSON holds the loop, in code that is not recorded."""
    held = figures(told["/behind/rows"], "held", "function")
    assert held
    assert ("Passing.__call__",) not in held


SEVERAL_MIDDLEWARES = """
import asyncio, logging, sys, threading

from fastapi import BackgroundTasks, FastAPI, HTTPException

logging.basicConfig(filename="shop.log", filemode="w", format="%(name)s: %(message)s", level=20)
logging.getLogger("uvicorn.access").handlers[0].setFormatter(logging.Formatter("%(levelname)s"))
app = FastAPI()
log = logging.getLogger("shop")
log.info("imported")

class Passing:
    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        if scope["type"] == "http" and scope["path"] == "/no-such-path":
            await asyncio.gather(check(), return_exceptions=True)
        await self.app(scope, receive, send)

app.add_middleware(Passing)

async def check(): raise PermissionError("no token")

@app.middleware("http")
async def add_header(request, call_next):
    response = await call_next(request)
    response.headers["x-id"] = new_id()
    return response

def new_id(): return "1"
def leave(): sys.exit(3)

@app.get("/missing")
async def missing():
    log.info("asked")
    raise HTTPException(404)

@app.get("/leaves")
async def leaves(tasks: BackgroundTasks): tasks.add_task(leave)

def of_both(): ...
def in_thread(): of_both()
def in_list(): ...

@app.get("/calls")
async def calls():
    thread = threading.Thread(target=in_thread, name="of-my-own")
    thread.start()
    thread.join()
    of_both()
    return [in_list() for _ in range(2)]
"""


def test_behind_several_middlewares_it_is_told_what_became_of_it(tmp_path: Path) -> None:
    """Of an exception that is the answer, and of one that ends the server, with its exit code.

    The application's log is its own: each line of it, uvicorn's handlers, and none of the client's.
    """
    paths = ("/missing", "/no-such-path", "/calls", "/leaves")
    missing, none, calls, leaves, *_ = served(tmp_path, SEVERAL_MIDDLEWARES, *paths, code=3)
    (answered,), (ended,) = texts(missing, "raised"), texts(leaves, "raised")
    assert answered.endswith("raised HTTPException(404): the answer was 404.")
    assert ended.endswith("raised SystemExit(3): it ended the server.")
    # It was caught, and the answer was another's; from elsewhere that looks alike.
    (caught,) = texts(none, "raised")
    assert caught.endswith("PermissionError('no token'): what became of it is not recorded.")
    # Who called is told where that is why a function ran on the event loop, and nowhere else.
    ran = {text.partition(" (")[0]: text.partition(") ")[2] for text in texts(calls, "ran")}
    assert ran["of_both"] == "is sync: it ran in of-my-own and on the event loop."
    assert ran["in_list"].startswith("is sync, and called by calls, which is async: it ran on the")
    log = (tmp_path / "shop.log").read_text().splitlines()
    assert [line for line in log if not line.startswith("asyncio: ")] == [
        *("shop: imported", "shop: asked")
    ]


PROGRAM = """
import asyncio, re, sys, time

print("hello")

def tick():
    time.sleep(0.1)

def total(): return bool(re.match("(a+)+$", "a" * 24 + "b"))

async def work():
    await asyncio.sleep(0.2)
    if "idle" not in sys.argv:
        await asyncio.to_thread(total)
        await asyncio.sleep(0.2)  # its loop turns again

def wait():
    print("waiting", flush=True)
    time.sleep(30)

loop = asyncio.new_event_loop()
loop.call_later(0.01, tick)
loop.run_until_complete(work())
loop.close()
if "idle" in sys.argv:
    wait()
"""


def ran(folder: Path, text: str, *options: str) -> "subprocess.CompletedProcess[str]":
    """Run a program by the command, in a process of its own."""
    (folder / "program.py").write_text(text)
    command = [sys.executable, "-m", "minitasks", "run", *options, "program.py"]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, timeout=60)


def test_a_callback_of_a_loop_runs_on_it(tmp_path: Path) -> None:
    """Also one that the module's own code has set; and JSON is all that stdout gets."""
    done = ran(tmp_path, PROGRAM, "--json")
    (run,) = json.loads(done.stdout)["runs"]
    assert ("tick", True) in figures(run["findings"], "ran", "function", "on_event_loop")
    held = dict(figures(run["findings"], "held", "function", "source"))
    assert held["tick"] == "time.sleep(0.1)"
    # Who awaits a thread that keeps Python's lock is not blamed, where a thread's time is known.
    if sys.platform not in ("win32", "darwin"):
        assert [*held] == ["tick", "total"]
    assert done.stderr == "hello\n"


LASTS = """
import multiprocessing, pickle, sys, threading
from concurrent.futures import ProcessPoolExecutor

class Money:
    def __init__(self, amount):
        self.amount = amount

def price(amount):
    return Money(amount)

def add_up():
    main.join()
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        print(sum(each.amount for each in pool.map(price, [1, 2])), len(pickle.dumps(Money(3))) > 0)

if __name__ == "__main__":
    main = threading.Thread(target=int)
    main.start()
    sys.excepthook = lambda kind, error, trace: print("hook:", error)
    threading.Thread(target=add_up).start()
    raise LookupError("the end")
"""


def test_a_program_lasts_as_long_as_its_threads(tmp_path: Path) -> None:
    """Also with a hook of its own for errors, and classes that its child processes send back."""
    done = ran(tmp_path, LASTS)
    assert done.returncode == 1
    assert "3 True\n" in done.stdout
    assert "hook: the end\n" in done.stdout
    assert " add_up (" in done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT to send there")
def test_a_program_that_is_interrupted_is_drawn(tmp_path: Path) -> None:
    """Ctrl-C ends it as Python would, and nothing of what was recorded is lost."""
    (tmp_path / "program.py").write_text(PROGRAM)
    command = [sys.executable, "-m", "minitasks", "run", "program.py", "idle"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=tmp_path) as program:
        assert program.stdout is not None
        while program.stdout.readline() != "waiting\n":
            pass
        program.send_signal(signal.SIGINT)
        rest = program.stdout.read()
    assert program.returncode == 130
    assert "wait" in rest
    assert "tick" in rest
