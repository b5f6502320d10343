"""What is easily mixed up: each sentence is told of what it is true of, and of nothing else."""

import json
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.timeline.served_by_command import served

SHOP = """
import asyncio, contextlib, os, queue, threading, time, warnings
from concurrent.futures import ThreadPoolExecutor

import anyio, anyio.to_thread
from fastapi import BackgroundTasks, FastAPI, HTTPException
from fastapi.responses import JSONResponse, StreamingResponse

app = FastAPI()
pool = ThreadPoolExecutor(1)
jobs = queue.Queue()


def work(): ...
def audit(): time.sleep(0.02)
async def mail(): await asyncio.sleep(0)


def parse(text):
    raise ValueError(text)


@app.get("/warns")
async def warns():
    for word in ("arrives", "is sent", "is done"):
        warnings.warn(f"the old mail {word}")


@app.get("/caught")
async def caught():
    try:
        parse("soft")
    except ValueError:
        pass
    raise ValueError("hard")


@app.get("/converts")
async def converts():
    try:
        find("book")
    except HTTPException as error:
        raise HTTPException(status_code=503, detail="upstream") from error


def find(what):
    raise HTTPException(status_code=404, detail=f"no {what}")


@app.get("/anew")
async def anew():
    try:
        parse("soft")
    except ValueError:
        raise ValueError("soft") from None


@app.get("/in-a-thread")
async def in_a_thread(tasks: BackgroundTasks):
    with contextlib.suppress(ValueError):
        await asyncio.to_thread(parse, "first")
    tasks.add_task(parse, "second")


@app.get("/side-by-side")
async def side_by_side():
    await asyncio.gather(fetch(1), fetch(2))


async def fetch(number):
    await asyncio.sleep(0)
    parse(str(number))


@app.get("/forgets")
async def forgets():
    running.add(asyncio.create_task(fetch(0)))
    await asyncio.sleep(0.01)


@app.get("/loses")
def loses():
    mail()


@app.get("/cancels")
async def cancels():
    task = asyncio.create_task(mail())
    task.cancel()
    await task


@app.get("/called")
async def called(tasks: BackgroundTasks):
    tasks.add_task(work())
    tasks.add_task(work)


@app.get("/is done")
async def is_done(): ...


@app.get("/two-tasks")
async def two_tasks(tasks: BackgroundTasks):
    tasks.add_task(block_first)
    tasks.add_task(block_second)


async def block_first(): time.sleep(0.2)
async def block_second(): time.sleep(0.2)


@app.get("/last")
async def last():
    running.add(asyncio.create_task(asyncio.sleep(60)))
    running.add(asyncio.create_task(late_mail()))


async def late_mail(): await asyncio.sleep(60)


@app.get("/lambda")
async def calls_a_lambda():
    done = asyncio.Event()
    asyncio.get_running_loop().call_later(0.01, lambda: (time.sleep(0.15), done.set()))
    await done.wait()


@app.get("/not-found")
async def not_found():
    with contextlib.suppress(ValueError):
        await asyncio.to_thread(parse, "cache miss")
    return JSONResponse({}, 404)


BROKEN = ValueError("kept")


def break_down():
    raise BROKEN


@app.get("/broken")
async def broken():
    break_down()


@app.get("/falls-back")
async def falls_back():
    with contextlib.suppress(ValueError):
        break_down()


@app.get("/misfits")
async def misfits(tasks: BackgroundTasks):
    tasks.add_task(work, 1)


@app.get("/remove")
def remove(tasks: BackgroundTasks):
    tasks.add_task(os.remove, "nowhere")


@app.get("/model", response_model=int)
async def model():
    return "one"


@app.get("/peeks")
async def peeks():
    blocking = rows_that_block()
    await anext(blocking)
    return StreamingResponse(blocking)


async def rows_that_block():
    yield "row 1"
    time.sleep(0.15)
    yield "row 2"


@app.get("/retries")
async def retries():
    for left in (2, 1, 0):
        try:
            return parse("down")
        except ValueError:
            if not left:
                raise


@app.get("/streams")
async def streams():
    return StreamingResponse(rows())


def rows():
    yield "row 1"
    raise LookupError("row 2")


@app.get("/both")
async def both():
    time.sleep(0.15)
    return [{"number": number} for number in range(20_000)]


@app.get("/nests")
async def nests():
    await helper()
    time.sleep(0.25)


async def helper():
    time.sleep(0.3)


@app.get("/shared/{number}")
async def read(number: int): ...
@app.get("/other")
def read(): ...


@app.get("/slow-last")
async def slow_last(tasks: BackgroundTasks):
    tasks.add_task(mail)
    tasks.add_task(asyncio.sleep, 0.1)


@app.get("/executor")
async def executor(tasks: BackgroundTasks):
    for _ in range(3):
        asyncio.get_running_loop().run_in_executor(pool, audit)
    tasks.add_task(time.sleep, 0.01)
    tasks.add_task(work)


@app.get("/gives-up")
async def gives_up():
    limiter = anyio.CapacityLimiter(1)
    await limiter.acquire_on_behalf_of("someone else")
    with anyio.move_on_after(0.02):
        await anyio.to_thread.run_sync(audit, limiter=limiter)
    await anyio.to_thread.run_sync(work)


@app.get("/many")
async def many(tasks: BackgroundTasks):
    for _ in range(600):
        tasks.add_task(mail)


@app.get("/starts")
async def starts():
    threading.Thread(target=serve_jobs, daemon=True).start()


def serve_jobs():
    while True:
        jobs.get()()


@app.get("/job")
async def job():
    done = threading.Event()
    jobs.put(lambda: (audit(), done.set()))
    while not done.is_set():
        await asyncio.sleep(0.001)


@app.get("/begun")
async def begun(tasks: BackgroundTasks):
    tasks.add_task(lambda: None)
    tasks.add_task(in_its_own_task)


running = set()


async def in_its_own_task():
    coroutine = mail()
    running.add(asyncio.create_task(coroutine))
    return coroutine
"""

PATHS = (
    *("/warns", "/caught", "/shared/1", "/slow-last", "/executor", "/gives-up"),
    *("/many", "/starts", "/job", "/begun", "/retries", "/streams", "/both", "/nests"),
    *("/converts", "/anew", "/in-a-thread", "/side-by-side", "/forgets"),
    *("/misfits", "/remove", "/model", "/peeks", "/loses", "/loses?", "/cancels", "/called"),
    *(
        "/is done",
        "/two-tasks",
        "/other?",
        "/broken",
        "/falls-back",
        "/not-found",
        "/lambda",
        "/last",
    ),
)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Any]]:
    findings = served(tmp_path_factory.mktemp("shop"), SHOP, *PATHS)
    return dict(zip(PATHS, findings, strict=True))


def texts(findings: list[Any], kind: str) -> list[str]:
    return [each["text"] for each in findings if each["kind"] == kind]


def test_a_warning_is_no_step_of_a_request(told: dict[str, list[Any]]) -> None:
    """Whatever its words end with, each request is told once, and the next one as well."""
    assert len(told) == len(PATHS)
    assert texts(told["/warns"], "raised") == []


def test_of_two_equal_exceptions_the_caught_one_reaches_nobody(told: dict[str, list[Any]]) -> None:
    """What its caller caught is not what the server got."""
    raised = {text.partition(" ")[0]: text for text in texts(told["/caught"], "raised")}
    assert raised["parse"].endswith(": the server did not see it.")
    assert raised["caught"].endswith("it reached the server, which logs it.")


UNSEEN = "the server did not see it."
LOGGED = "the answer was 500, and it reached the server, which logs it."
NO_ANSWER = "the application sent no whole answer, and it reached the server, which logs it."
ONLY_LOGGED = "it reached the server, which can only log it: the answer was sent before."


@pytest.mark.parametrize(
    ("path", "raised"),
    [
        (
            "/converts",
            {
                "find raised HTTPException(status_code=404, detail='no book')": UNSEEN,
                "converts raised HTTPException(status_code=503, detail='upstream')": (
                    "the answer was 503."
                ),
            },
        ),
        (
            "/anew",
            {"parse raised ValueError('soft')": UNSEEN, "anew raised ValueError('soft')": LOGGED},
        ),
        (
            "/in-a-thread",
            {
                "parse raised ValueError('first')": UNSEEN,
                "parse raised ValueError('second')": ONLY_LOGGED,
            },
        ),
        (
            "/side-by-side",
            {"parse raised ValueError('1')": LOGGED, "parse raised ValueError('2')": UNSEEN},
        ),
        ("/cancels", {"cancels was cancelled": NO_ANSWER}),
        ("/called", {"A task raised TypeError": ONLY_LOGGED}),
        ("/broken", {"break_down raised ValueError('kept')": LOGGED}),
        ("/falls-back", {"break_down raised ValueError('kept')": UNSEEN}),
        ("/not-found", {"parse raised ValueError('cache miss')": UNSEEN}),
        ("/misfits", {"work, as a task, raised TypeError": ONLY_LOGGED}),
        ("/remove", {"remove, as a task, raised FileNotFoundError": ONLY_LOGGED}),
        ("/model", {"A library raised ResponseValidationError": LOGGED}),
        ("/forgets", {"parse raised ValueError('0')": UNSEEN}),
    ],
)
def test_what_became_of_an_exception_is_told_of_that_one(
    told: dict[str, list[Any]], path: str, raised: dict[str, str]
) -> None:
    """Of one that was caught, turned into another, raised in a thread, beside another, or alone."""
    said = [re.sub(r" \(.*?\)", "", text, count=1) for text in texts(told[path], "raised")]
    assert len(said) == len(raised)
    for text, (who, became) in zip(said, raised.items(), strict=True):
        assert text.startswith(who)
        assert text.endswith(f": {became}")


def test_each_coroutine_that_is_lost_is_told(told: dict[str, list[Any]]) -> None:
    """With the line that made it; also where Python, which warned of this line, warns no more."""
    for path in ("/loses", "/loses?"):
        (lost,) = texts(told[path], "never awaited")
        line = SHOP.splitlines().index("def loses():") + 2
        assert lost.startswith("mail was called, and nobody awaited its coroutine: it did not run.")
        assert f" It was made at line {line} of " in lost


def test_what_is_behind_a_task_that_is_no_function_is_never_called(
    told: dict[str, list[Any]],
) -> None:
    """What was called instead of handed over fails, and the tasks behind it do not run."""
    (never,) = texts(told["/called"], "never called")
    assert never.startswith("work was added as a task, and not called")


def test_a_request_waits_for_all_that_hold_the_loop_before_it(told: dict[str, list[Any]]) -> None:
    """Two tasks that block, one behind the other, are one wait."""
    (waited,) = (each for each in told["/other?"] if each["kind"] == "held up")
    assert waited["figures"]["milliseconds"] >= 300
    assert re.search(r"block_first \(.*\) and block_second \(.*\) held", waited["text"])


def test_what_the_end_of_the_recording_cancels_is_not_said_to_be_cancelled(
    told: dict[str, list[Any]],
) -> None:
    """The server ends when the last request is answered: what it left under way ends with it."""
    (raised,) = texts(told["/last"], "raised")
    assert raised.endswith("was under way when the server ended, and was cancelled with it.")


def test_functions_of_one_name_are_told_apart(told: dict[str, list[Any]]) -> None:
    """Two routes may have functions of the same name, one async and one sync."""
    (ran,) = texts(told["/shared/1"], "ran")
    assert ran.endswith("is async: it ran on the event loop.")


def test_the_last_task_may_be_a_librarys(told: dict[str, list[Any]]) -> None:
    """It ended when the whole task did, and not when the last function of one's own did."""
    (sent,) = (each["figures"] for each in told["/slow-last"] if each["kind"] == "sent")
    assert sent["until_last_task"] >= 100


def test_what_an_executor_does_is_no_background_task(told: dict[str, list[Any]]) -> None:
    """It may run while a task waits for its own thread."""
    (order,) = texts(told["/executor"], "order")
    assert order.endswith(": sleep, work.")


def test_only_what_waited_for_a_token_waited(told: dict[str, list[Any]]) -> None:
    """What was handed over after another hop had given up had its token at once."""
    assert texts(told["/gives-up"], "waited") == []


def test_each_of_many_tasks_was_called(told: dict[str, list[Any]]) -> None:
    """Also where most steps of their function are left out."""
    assert texts(told["/many"], "left out") != []
    assert texts(told["/many"], "never called") == []


def test_a_thread_is_nobodys_in_the_next_request(told: dict[str, list[Any]]) -> None:
    """The request that started it is not told of the jobs of others."""
    ran = [each["figures"]["function"] for each in told["/starts"] if each["kind"] == "ran"]
    assert ran == ["starts", "serve_jobs"]


def test_a_coroutine_that_has_a_task_of_its_own_is_not_lost(told: dict[str, list[Any]]) -> None:
    """The task that made it drops it; it runs all the same."""
    assert texts(told["/begun"], "never awaited") == []


def test_of_several_tries_the_last_one_reaches_the_server(told: dict[str, list[Any]]) -> None:
    """The others were caught, though they raised the same."""
    caught, reached = texts(told["/retries"], "raised")
    assert caught.endswith(": the server did not see it. It happened 2 times.")
    assert reached.endswith("it reached the server, which logs it.")


def test_what_a_generator_raises_goes_to_who_asked_last(told: dict[str, list[Any]]) -> None:
    """And not to who asked for its first item."""
    (raised,) = texts(told["/streams"], "raised")
    assert raised.endswith("it reached the server, which logs it.")


def test_a_hold_is_told_beside_the_librarys_behind_it(told: dict[str, list[Any]]) -> None:
    """The endpoint's own time is its own, and what its answer takes is not."""
    held = [each["figures"] for each in told["/both"] if each["kind"] == "held"]
    assert held[0]["function"] == "both"
    assert held[0]["milliseconds"] >= 145


def test_a_generators_later_steps_hold_the_loop_for_themselves(told: dict[str, list[Any]]) -> None:
    """Also where the endpoint took its first step, to look at the first row."""
    (held,) = (each["figures"] for each in told["/peeks"] if each["kind"] == "held")
    assert held["function"] == "rows_that_block"


def test_a_lambda_that_the_loop_calls_holds_it(told: dict[str, list[Any]]) -> None:
    """It has no name, but a line."""
    (held,) = (each["text"] for each in told["/lambda"] if each["kind"] == "held")
    assert re.match(r"a lambda \(\S+:\d+\) held the event loop for ", held)


def test_each_function_held_the_loop_for_its_own_time(told: dict[str, list[Any]]) -> None:
    """What one awaits, and what its caller does behind it, in one step of the loop."""
    held = [each["figures"] for each in told["/nests"] if each["kind"] == "held"]
    assert [each["function"] for each in held] == ["helper", "nests"]
    assert [each["source"] for each in held] == ["time.sleep(0.3)", "time.sleep(0.25)"]
    for each, least in zip(held, (295, 245), strict=True):
        assert least <= each["milliseconds"] < least + 150


AWAITING = """
from fastapi import BackgroundTasks, FastAPI, HTTPException

app = FastAPI()


class Passing:
    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        await self.app(scope, receive, send)


app.add_middleware(Passing)


@app.get("/")
async def index():
    return [{"number": number} for number in range(60_000)]
"""


FAILING = """

def fail():
    raise HTTPException(409)


@app.get("/task")
async def add(tasks: BackgroundTasks):
    tasks.add_task(fail)
"""


def test_what_a_librarys_exception_stands_for_is_told_behind_a_middleware(tmp_path: Path) -> None:
    """The server saw a RuntimeError of Starlette's, which came of the task's, through both."""
    (findings,) = served(tmp_path, AWAITING + FAILING, "/task")
    assert texts(findings, "raised")[0].endswith(
        "raised HTTPException(409): it reached the server as a RuntimeError, for the answer was "
        "sent before."
    )


TWO_MIDDLEWARES = """

@app.middleware("http")
async def add_header(request, call_next):
    response = await call_next(request)
    response.headers["x-id"] = new_id()
    return response


def new_id():
    return "1"


@app.get("/missing")
async def missing():
    raise HTTPException(404)
"""


def test_an_answer_behind_several_middlewares_is_told_with_its_exception(tmp_path: Path) -> None:
    """One of them runs the endpoint in a task of its own, and calls a function of one's own."""
    (findings,) = served(tmp_path, AWAITING + TWO_MIDDLEWARES, "/missing")
    (raised,) = texts(findings, "raised")
    assert raised.endswith("raised HTTPException(404): the answer was 404.")


def test_a_middleware_is_not_blamed_for_what_it_awaits(tmp_path: Path) -> None:
    """To turn a large answer into JSON holds the loop, in code that is not recorded."""
    (findings,) = served(tmp_path, AWAITING, "/")
    held = [each["figures"]["function"] for each in findings if each["kind"] == "held"]
    assert held
    assert "Passing.__call__" not in held


PROGRAM = """
import asyncio, time

print("hello")


def tick():
    time.sleep(0.1)


async def work():
    await asyncio.sleep(0.2)


def wait():
    print("waiting", flush=True)
    time.sleep(30)


loop = asyncio.new_event_loop()
loop.call_later(0.01, tick)
loop.run_until_complete(work())
loop.close()
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
    told = {(each["kind"], each["figures"].get("function")): each for each in run["findings"]}
    assert told["ran", "tick"]["figures"]["on_event_loop"]
    assert told["held", "tick"]["figures"]["source"] == "time.sleep(0.1)"
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


LOCKED = """
import asyncio, re


def total():
    return bool(re.match("(a+)+$", "a" * 25 + "b"))


async def main():
    await asyncio.to_thread(total)
    await asyncio.sleep(0.2)  # its loop turns again


asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="a thread's time is not to be had")
def test_who_awaits_a_thread_that_keeps_pythons_lock_is_not_blamed(tmp_path: Path) -> None:
    """Nor is it in a program of one's own: it is told of who computed."""
    done = ran(tmp_path, LOCKED, "--json")
    (run,) = json.loads(done.stdout)["runs"]
    held = [each["figures"]["function"] for each in run["findings"] if each["kind"] == "held"]
    assert held == ["total"]


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT to send there")
def test_a_program_that_is_interrupted_is_drawn(tmp_path: Path) -> None:
    """Ctrl-C ends it as Python would, and nothing of what was recorded is lost."""
    (tmp_path / "program.py").write_text(f"{PROGRAM}\nwait()\n")
    command = [sys.executable, "-m", "minitasks", "run", "program.py"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=tmp_path) as program:
        assert program.stdout is not None
        while program.stdout.readline() != "waiting\n":
            pass
        program.send_signal(signal.SIGINT)
        rest = program.stdout.read()
    assert program.returncode == 130
    assert "wait" in rest
    assert "tick" in rest
