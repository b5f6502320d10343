"""Tasks that never ran: each that a request or a program made, and did not call, is told."""

from pathlib import Path

import pytest

from minitasks.timeline.own_runs import run_own_program
from tests.timeline.served_by_command import Findings, served_once, texts

SHOP = """
import operator, subprocess, time

from fastapi import BackgroundTasks, FastAPI, Response
from fastapi.responses import JSONResponse
from starlette.background import BackgroundTask

app = FastAPI()
later, module_wide = [], BackgroundTask(print)


def note(*words): ...
async def tell(): ...
async def fail(): raise ConnectionError("no")


class Job:
    def __init__(self, number=1): self.number = number
    def __call__(self): ...
    def method(self): ...


class Special(BackgroundTask):
    async def __call__(self): note()


@app.get("/injected")
async def injected(response: Response):
    response.background = BackgroundTask(note)


@app.get("/forgotten")
async def forgotten():
    BackgroundTask(note, "here")
    BackgroundTask(lambda: 1)


@app.get("/replaced")
async def replaced():
    response = JSONResponse({}, background=BackgroundTask(note))
    response.background = BackgroundTask(tell)
    return response


@app.get("/listed")
async def listed():
    tasks = [BackgroundTask(note), BackgroundTask(fail), BackgroundTask(tell)]
    return JSONResponse({}, background=BackgroundTasks(tasks=tasks))


@app.get("/objects")
async def objects(tasks: BackgroundTasks):
    for each in (fail, Job(2), Job(3).method, Job, BackgroundTask(tell)):
        tasks.add_task(each)


@app.get("/some")
async def some(tasks: BackgroundTasks):
    for each in (note, note, fail, note):
        tasks.add_task(each)


@app.get("/one-of-three")
async def one_of_three(tasks: BackgroundTasks):
    for each in (note, fail, note, note):
        tasks.add_task(each)


@app.get("/kept")
async def kept():
    later.append(BackgroundTask(note, "kept"))


@app.get("/runs-kept")
async def runs_kept():
    return JSONResponse({}, background=later.pop())


@app.get("/all-run")
async def all_run(tasks: BackgroundTasks):
    more = BackgroundTasks()
    more.add_task(note, 1)
    twice = BackgroundTask(BackgroundTask(tell))
    words = ["changes"]
    for each in (more, twice, Special(tell), Job(), Job, module_wide):
        tasks.add_task(each)
    tasks.add_task(note, words)
    words.append("later")


@app.get("/nameless")
async def nameless(tasks: BackgroundTasks):
    tasks.add_task(note)
    tasks.add_task(operator.methodcaller("wait"), subprocess.Popen(["sleep", "0.2"]))
    tasks.add_task("no function")
"""

ADDED = "was added as a task, and not called: the request ended without it."
MADE = "was made a task, and not called: the request ended without it."
NEVER_RAN = {
    "/kept": [],
    "/injected": [f"note {MADE}"],
    "/forgotten": [f"note {MADE}", f"a lambda {MADE}"],
    "/replaced": [f"note {MADE}"],
    "/listed": [f"tell {MADE}"],
    "/objects": [
        *(f"tell {MADE}", f"Job object {ADDED}", f"method {ADDED}", f"class Job {ADDED}"),
    ],
    "/some": ["note was added as a task 3 times, and called 2 times."],
    "/one-of-three": ["note was added as a task 3 times, and called once."],
    "/all-run": [],
    "/runs-kept": [],
    "/nameless": [],
}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory, testrun_uid: str) -> dict[str, Findings]:
    """Give the sentences on each request."""
    return served_once("never-ran", SHOP, tuple(NEVER_RAN), tmp_path_factory, testrun_uid)


@pytest.mark.parametrize("path", NEVER_RAN)
def test_a_task_that_is_made_and_not_called_is_named(told: dict[str, Findings], path: str) -> None:
    """However it was made or lost; and no other, such as one that a later request calls."""
    assert sorted(texts(told[path], "never called")) == sorted(NEVER_RAN[path])


def test_a_task_without_a_name_counts(told: dict[str, Findings]) -> None:
    """It may be the last one; and it has its place in the order."""
    (sent,) = (each["figures"] for each in told["/nameless"] if each["kind"] == "sent")
    assert sent["until_last_task"] >= 100
    (order,) = texts(told["/nameless"], "order")
    assert order.endswith(": note, methodcaller object, another task.")


def test_a_task_that_runs_tasks_is_not_among_them(told: dict[str, Findings]) -> None:
    """It would seem to run side by side with those that it runs."""
    (order,) = texts(told["/all-run"], "order")
    assert order.endswith(
        "each when the one before it had ended: "
        "note, tell, __call__ of Special object, __call__ of Job object, __init__ of class Job, "
        "print, note."
    )


PROGRAM = """
from fastapi import BackgroundTasks, FastAPI
from fastapi.testclient import TestClient

app = FastAPI()


async def fail(): raise ConnectionError("no")
def note(): ...


@app.get("/")
async def root(tasks: BackgroundTasks):
    for each in (note, fail, note):
        tasks.add_task(each)


TestClient(app, raise_server_exceptions=False).get("/")
"""


def test_in_a_program_it_is_told_at_the_end(tmp_path: Path) -> None:
    """A client that calls the application itself leaves no mark that a request is done."""
    (tmp_path / "program.py").write_text(PROGRAM.replace("(note, fail", "(fail"))
    (never,) = never_called(tmp_path)
    assert never == "note was added as a task, and not called: the run ended without it."


FULL = """
import anyio
from starlette.background import BackgroundTask

def note(): ...

task = BackgroundTask(note)
"""
LOOP = """
def loop{0}():
    for number in range(900):
        number += 1
loop{0}()
"""


def test_in_a_program_that_is_not_all_recorded_it_is_not_told(tmp_path: Path) -> None:
    """What was not called before the recording was full may have been called later."""
    loops = "".join(map(LOOP.format, range(12)))
    (tmp_path / "program.py").write_text(f"{FULL}{loops}\nanyio.run(task)\n")
    assert never_called(tmp_path) == []


def never_called(folder: Path) -> list[str]:
    done = run_own_program(folder / "program.py")
    return [each.text for each in done.findings if each.kind == "never called"]
