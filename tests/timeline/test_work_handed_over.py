"""What a request hands to a thread without its context, and what comes back and is dropped.

Each application is served by the command, in a process of its own.
"""

from pathlib import Path

import pytest

from tests.timeline.served_by_command import served

HANDING_OVER = """
import asyncio, threading
from concurrent.futures import ThreadPoolExecutor

from fastapi import FastAPI

app = FastAPI()
pool = ThreadPoolExecutor(1)
go_on = threading.Event()
lingering = []


class Own(threading.Thread):
    def run(self):
        work_of_own_thread()


def work_of_executor(): ...
def work_of_thread(): ...
def work_of_own_thread(): ...
def linger(): go_on.wait()


@app.get("/executor")
async def executor():
    await asyncio.get_running_loop().run_in_executor(None, work_of_executor)


@app.get("/threads")
def threads():
    for each in (threading.Thread(target=work_of_thread, name="by hand"), Own(name="own")):
        each.start()
        each.join()


@app.get("/begin")
async def begin():
    lingering.append(pool.submit(linger))


@app.get("/end")
async def end():
    go_on.set()
    await asyncio.wrap_future(lingering.pop())
    await asyncio.wrap_future(pool.submit(work_of_executor))
"""


@pytest.mark.parametrize("backend", ["asyncio", "uvloop"])
def test_what_a_request_hands_to_a_thread_is_told_of_it(tmp_path: Path, backend: str) -> None:
    """An executor's work, and a thread's, belongs to the request that handed it over."""
    pytest.importorskip(backend)
    paths = ("/executor", "/threads", "/begin", "/end", "/executor")
    told = served(tmp_path, HANDING_OVER, *paths, backend=backend)
    lanes = [
        {
            each["figures"]["function"]: each["figures"]["lanes"]
            for each in findings
            if each["kind"] == "ran"
        }
        for findings in told
    ]
    executor = {"executor": ["event loop"], "work_of_executor": ["worker thread 1"]}
    assert lanes == [
        executor,
        {"threads": ["worker thread 2"], "work_of_thread": ["by hand"], "Own.run": ["own"]},
        {"begin": ["event loop"], "linger": ["worker thread 3"]},
        {"end": ["event loop"], "work_of_executor": ["worker thread 3"]},
        executor,
    ]


# A shop whose tasks may be decorated.
LOGGED = """
import asyncio, functools

from fastapi import BackgroundTasks, FastAPI

app = FastAPI()


def logged(function):
    @functools.wraps(function)
    def inner(*args):
        return function(*args)
    return inner
"""

DROPPING = (
    LOGGED
    + """
@logged
async def wrapped(): ...
async def inner_of_async(): ...
async def returns_another(): return inner_of_async()
def generator(): yield
async def async_generator(): yield
async def awaited(): ...
def exhausted(): return list(generator())


@app.get("/{name}")
async def add(name: str, tasks: BackgroundTasks):
    tasks.add_task(globals()[name])
"""
)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("wrapped", "wrapped was called, and nobody awaited its coroutine: it did not run."),
        (
            "returns_another",
            "inner_of_async was called, and nobody awaited its coroutine: it did not run.",
        ),
        (
            "generator",
            "generator was called, and nobody iterated over its generator: it did not run.",
        ),
        (
            "async_generator",
            "async_generator was called, and nobody iterated over its generator: it did not run.",
        ),
        ("awaited", ""),
        ("exhausted", ""),
    ],
)
def test_what_a_task_drops_is_told(tmp_path: Path, name: str, said: str) -> None:
    """A task's function gives a coroutine or a generator back, and nobody runs it: said once."""
    (findings,) = served(tmp_path, DROPPING, f"/{name}")
    lost = [each["text"] for each in findings if each["kind"] == "never awaited"]
    assert len(lost) == (1 if said else 0)
    assert all(text.startswith(said) for text in lost)


ALIKE = (
    LOGGED
    + """
@logged
def save(): ...
@logged
def print_label(): ...
async def fetch(): raise ConnectionError("no")
async def fetch_all(): await asyncio.gather(*(fetch() for _ in range(9)), return_exceptions=True)


@app.get("/")
async def add(tasks: BackgroundTasks):
    for each in (save, print_label, fetch_all):
        tasks.add_task(each)
"""
)


def test_what_is_alike_is_told_apart_or_once(tmp_path: Path) -> None:
    """A decorated task is named by what it decorates; nine equal failures are one sentence."""
    (findings,) = served(tmp_path, ALIKE, "/")
    (order,) = [each["text"] for each in findings if each["kind"] == "order"]
    assert order.endswith(": inner of save, inner of print_label, fetch_all.")
    (raised,) = [each["text"] for each in findings if each["kind"] == "raised"]
    assert raised.endswith(": the server did not see it. It happened 9 times.")


NEVER_CALLED = """
from fastapi import BackgroundTasks, Depends, FastAPI, HTTPException
from starlette.background import BackgroundTask
from starlette.responses import PlainTextResponse

app = FastAPI()


def send_mail(): ...
async def fail(): raise ConnectionError("no")


def late(tasks: BackgroundTasks):
    yield
    tasks.add_task(send_mail)


@app.get("/runs")
async def runs(tasks: BackgroundTasks):
    tasks.add_task(send_mail)
    tasks.add_task(send_mail)


@app.get("/raises")
async def raises(tasks: BackgroundTasks):
    tasks.add_task(send_mail)
    raise HTTPException(404)


@app.get("/two-lists")
def two_lists(tasks: BackgroundTasks):
    tasks.add_task(send_mail)
    return PlainTextResponse("ok", background=BackgroundTask(fail))


@app.get("/late", dependencies=[Depends(late)])
async def answer(): ...


@app.get("/behind-a-failure")
async def behind(tasks: BackgroundTasks):
    tasks.add_task(fail)
    tasks.add_task(send_mail)
    tasks.add_task(send_mail)
"""


def test_a_task_that_is_added_and_not_called_is_named(tmp_path: Path) -> None:
    """FastAPI drops a list without a word; the request's sentences say so, each task once."""
    paths = ("/runs", "/raises", "/two-lists", "/late", "/behind-a-failure")
    told = served(tmp_path, NEVER_CALLED, *paths)
    said = [
        [each["text"] for each in findings if each["kind"] == "never called"] for findings in told
    ]
    missing = ["send_mail was added as a task, and not called: the request ended without it."]
    assert said == [[], missing, missing, missing, missing]


OF_LIBRARIES = """
import asyncio, functools, logging, shutil, time

from fastapi import BackgroundTasks, FastAPI

app = FastAPI()


def own(): ...


@app.get("/")
async def add(tasks: BackgroundTasks):
    tasks.add_task(logging.getLogger("shop").warning, "hello")
    tasks.add_task(own)
    tasks.add_task(asyncio.sleep, 0)
    tasks.add_task(functools.partial(time.monotonic))
"""


def test_a_task_that_calls_a_library_is_told_as_well(tmp_path: Path) -> None:
    """Nothing in a library's function is recorded; that it was called, where and when, is."""
    (findings,) = served(tmp_path, OF_LIBRARIES, "/")
    said = [each["text"] for each in findings if each["kind"] in ("ran", "order")]
    assert said[2:] == [
        "warning (of a library) is sync: it ran in a worker thread.",
        "sleep (of a library) is async: it ran on the event loop.",
        "monotonic (of a library) is sync: it ran in a worker thread.",
        "The tasks ran in this order, each when the one before it had ended: "
        "warning, own, sleep, monotonic.",
    ]
