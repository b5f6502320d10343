"""A shop: what is easily mixed up in an application, and what is said of each request to it.

It is served by the command, in a process of its own, and asked for the paths in `TOLD`, one behind
the other. Below a line of paths stand the sentences that are looked at, by their kind: "..." is for
anything, <100-200> for a number, "-" for no such sentence.
"""

SHOP = """
import asyncio, contextlib, functools, inspect, logging, os, queue, sys, threading, time, warnings
from concurrent.futures import ThreadPoolExecutor

import anyio, anyio.to_thread
from fastapi import BackgroundTasks, Depends, FastAPI, HTTPException
from fastapi.responses import JSONResponse, PlainTextResponse, StreamingResponse
from starlette.background import BackgroundTask

app = FastAPI()
pool = ThreadPoolExecutor(1)
jobs = queue.Queue()
go_on = threading.Event()
running = set()
lingering = []
BROKEN = ValueError("kept")

class Own(threading.Thread):
    def run(self): work_of_own_thread()

def work(): ...
def work_of_executor(): ...
def work_of_thread(): ...
def work_of_own_thread(): ...
def linger(): go_on.wait()
def leave(): sys.exit(3)
def audit(): time.sleep(0.02)
async def mail(): await asyncio.sleep(0)
async def late_mail(): await asyncio.sleep(60)
async def fetch(number): await asyncio.sleep(0); parse(str(number))
def parse(text): raise ValueError(text)
def find(what): raise HTTPException(404, f"no {what}")
def break_down(): raise BROKEN
async def fail(): raise ConnectionError("no")
async def block_first(): time.sleep(0.2)
async def block_second(): time.sleep(0.2)
async def block_later():
    await asyncio.sleep(0.1)
    time.sleep(0.3)
def rest(): time.sleep(0.2)
async def helper(): time.sleep(0.3)

async def fetch_all():
    await asyncio.gather(*(fail() for _ in range(9)), return_exceptions=True)

async def in_its_own_task():
    coroutine = mail()
    running.add(asyncio.create_task(coroutine))
    return coroutine

def serve_jobs():
    while True: jobs.get()()

def rows():
    yield "row 1"
    raise LookupError("row 2")

async def half():
    yield "half of it"
    raise ValueError("no more")

async def rows_that_block():
    yield "row 1"
    time.sleep(0.15)
    yield "row 2"

def logged(function):
    @functools.wraps(function)
    def inner(*args): return function(*args)
    return inner

@logged
def save(): ...
@logged
def print_label(): ...
@logged
async def wrapped(): ...
async def inner_of_async(): ...
async def returns_another(): return inner_of_async()
def generator(): yield
async def async_generator(): yield
async def awaited(): ...
def exhausted(): return list(generator())

# The endpoints that are more than a function of their path's name.

@app.get("/is done")
async def is_done(): ...
@app.get("/shared/{number}")
async def read(number: int): ...
@app.get("/other")
def read(): ...
@app.get("/model", response_model=int)
async def model(): return "one"
@app.get("/drops/{name}")
async def drops(name: str, tasks: BackgroundTasks): tasks.add_task(globals()[name])

def adds_late(tasks: BackgroundTasks):
    yield
    tasks.add_task(work)

@app.get("/late", dependencies=[Depends(adds_late)])
async def answer(): ...

class Passing:
    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        await self.app(scope, receive, send)

behind = FastAPI()
behind.add_middleware(Passing)
app.mount("/behind", behind)

@behind.get("/rows")
async def many_rows(): return [{"number": number} for number in range(40_000)]
def conflict(): raise HTTPException(409)
@behind.get("/task")
async def add(tasks: BackgroundTasks): tasks.add_task(conflict)

def adding(*added):
    async def add(tasks: BackgroundTasks):
        for each in added:
            tasks.add_task(each)
    return add

no_endpoints = {*globals()}

# What is handed over to threads.

async def executor(): await asyncio.get_running_loop().run_in_executor(None, work_of_executor)

def threads():
    for each in (threading.Thread(target=work_of_thread, name="by hand"), Own(name="own")):
        each.start()
        each.join()

async def begin(): lingering.append(pool.submit(linger))

async def end():
    go_on.set()
    await asyncio.wrap_future(lingering.pop())
    await asyncio.wrap_future(pool.submit(work_of_executor))

async def executor_beside(tasks: BackgroundTasks):
    for _ in range(3):
        asyncio.get_running_loop().run_in_executor(pool, audit)
    tasks.add_task(time.sleep, 0.01)
    tasks.add_task(work)

async def gives_up():
    limiter = anyio.CapacityLimiter(1)
    await limiter.acquire_on_behalf_of("someone else")
    with anyio.move_on_after(0.02):
        await anyio.to_thread.run_sync(audit, limiter=limiter)
    await anyio.to_thread.run_sync(work)

async def starts(): threading.Thread(target=serve_jobs, daemon=True).start()

async def job():
    done = threading.Event()
    jobs.put(lambda: (audit(), done.set()))
    while not done.is_set():
        await asyncio.sleep(0.001)

# What is raised.

async def warns():
    for word in ("arrives", "is sent", "is done"):
        warnings.warn(f"the old mail {word}")

async def caught():
    with contextlib.suppress(ValueError):
        parse("soft")
    raise ValueError("hard")

async def converts():
    try:
        find("book")
    except HTTPException as error:
        raise HTTPException(503, "upstream") from error

async def anew():
    try:
        parse("soft")
    except ValueError:
        raise ValueError("soft") from None

async def in_a_thread(tasks: BackgroundTasks):
    with contextlib.suppress(ValueError):
        await asyncio.to_thread(parse, "first")
    tasks.add_task(parse, "second")

async def side_by_side(): await asyncio.gather(fetch(1), fetch(2))

async def forgets():
    running.add(asyncio.create_task(fetch(0)))
    await asyncio.sleep(0.01)

async def cancels():
    task = asyncio.create_task(mail())
    task.cancel()
    await task

async def broken(): break_down()

async def falls_back():
    with contextlib.suppress(ValueError):
        break_down()

async def not_found():
    with contextlib.suppress(ValueError):
        await asyncio.to_thread(parse, "cache miss")
    return JSONResponse({}, 404)

async def retries():
    for left in (2, 1, 0):
        try:
            return parse("down")
        except ValueError:
            if not left:
                raise

async def misfits(tasks: BackgroundTasks): tasks.add_task(work, 1)
def remove(tasks: BackgroundTasks): tasks.add_task(os.remove, "nowhere")
async def streams(): return StreamingResponse(rows())
async def exits(tasks: BackgroundTasks): tasks.add_task(leave)
async def gathers(tasks: BackgroundTasks): tasks.add_task(fetch_all)

# Tasks.

async def slow_last(tasks: BackgroundTasks):
    tasks.add_task(mail)
    tasks.add_task(asyncio.sleep, 0.1)

async def many(tasks: BackgroundTasks):
    for _ in range(450):
        tasks.add_task(mail)

async def of_libraries(tasks: BackgroundTasks):
    tasks.add_task(logging.getLogger("shop").warning, "hello")
    tasks.add_task(work)
    tasks.add_task(asyncio.sleep, 0)
    tasks.add_task(functools.partial(time.monotonic))

decorated = adding(save, print_label, mail)
runs = adding(work, work)
behind_a_failure = adding(fail, work, work)
begun = adding(lambda: None, in_its_own_task)
two_tasks = adding(block_first, block_second)
blocks_later = adding(block_later)
async def in_a_thread_meanwhile(): await asyncio.to_thread(rest)

def loses(): mail()

async def called(tasks: BackgroundTasks):
    tasks.add_task(work())
    tasks.add_task(work)

async def raises(tasks: BackgroundTasks):
    tasks.add_task(work)
    raise HTTPException(404)

def two_lists(tasks: BackgroundTasks):
    tasks.add_task(work)
    return PlainTextResponse("ok", background=BackgroundTask(fail))

# What holds the event loop.

async def calls_a_lambda():
    done = asyncio.Event()
    asyncio.get_running_loop().call_later(0.01, lambda: (time.sleep(0.15), done.set()))
    await done.wait()

async def peeks():
    blocking = rows_that_block()
    await anext(blocking)
    return StreamingResponse(blocking)

async def both():
    time.sleep(0.15)
    return [{"number": number} for number in range(10_000)]

async def nests():
    await helper()
    time.sleep(0.25)

async def breaks(): return StreamingResponse(half())
async def blocks(): time.sleep(0.1)

async def last():
    running.add(asyncio.create_task(asyncio.sleep(60)))
    running.add(asyncio.create_task(late_mail()))

for name, function in [*globals().items()]:
    if name not in no_endpoints and inspect.isfunction(function):
        app.get("/" + name.replace("_", "-"))(function)
"""

LINE = SHOP.splitlines().index("def loses(): mail()") + 1
LOST = "{} was called, and nobody awaited its coroutine: it did not run."
MISSING = "work was added as a task, and not called: the request ended without it."
OF_LIBRARIES = "warning, work, sleep, monotonic"
UNSEEN = "the server did not see it."
LOGGED = "the answer was 500, and it reached the server, which logs it."
NO_ANSWER = "the application sent no whole answer, and it reached the server, which logs it."
ONLY_LOGGED = "it reached the server, which can only log it: the answer was sent before."

TOLD = f"""
# What a request hands to a thread without its context belongs to the request.
/executor
ran: executor (...) is async: it ran on the event loop.
ran: work_of_executor (...) is sync: it ran in worker thread 1.
/threads
ran: threads (...) is sync: it ran in worker thread 2.
ran: work_of_thread (...) is sync: it ran in by hand.
ran: run (...) is sync: it ran in own.
/begin
ran: begin (...) is async: it ran on the event loop.
ran: linger (...) is sync: it ran in worker thread 3.
/end
ran: end (...) is async: it ran on the event loop.
ran: work_of_executor (...) is sync: it ran in worker thread 3.
/executor?again
ran: executor (...) is async: it ran on the event loop.
ran: work_of_executor (...) is sync: it ran in worker thread 1.

# What an executor does while a task waits for its thread is no background task.
/executor-beside
order: ...: sleep, work.
# What was handed over after another hop had given up had its token at once.
/gives-up
waited: -
# The request that started a thread is not told of the jobs that others give it.
/starts
ran: starts (...
ran: serve_jobs (...
/job

# A request waits for all that hold the loop before it: two tasks that block are one wait.
/two-tasks
/other
held up: It waited <250-99999> ms for the event loop, which block_first (...) and block_second (...
# A thread that works for it goes on; it waits from the end of that.
/blocks-later
/in-a-thread-meanwhile
held up: It waited ... for the event loop, which block_later (...
# A lambda has no name, but a line.
/calls-a-lambda
held: a lambda (...) held the event loop for ...
# A generator's later steps hold the loop, also where the endpoint took its first step.
/peeks
held: rows_that_block ...
/both
# Each function held the loop for its own time: what one awaits, and what its caller does then.
/nests
held: helper (...) is async and held the event loop for <295-540> ms at ... time.sleep(0.3)`.
held: nests (...) is async and held the event loop for <245-540> ms at line ..., `time.sleep(0.25)`.
# A request that broke off waits for nothing: what holds the loop later concerns it no more.
/breaks
raised: half (...) raised ValueError('no more'): {NO_ANSWER}
/blocks
held: blocks (...) is async and held the event loop for ... time.sleep(0.1)`.

# A warning is no step of a request, whatever its words end with.
/warns
raised: -
# Of two equal exceptions the caught one reaches nobody.
/caught
raised: parse (...) raised ValueError('soft'): {UNSEEN}
raised: caught (...) raised ValueError('hard'): {LOGGED}
/converts
raised: find (...) raised HTTPException(404, 'no book'): {UNSEEN}
raised: converts (...) raised HTTPException(503, 'upstream'): the answer was 503.
/anew
raised: parse (...) raised ValueError('soft'): {UNSEEN}
raised: anew (...) raised ValueError('soft'): {LOGGED}
/in-a-thread
raised: parse (...) raised ValueError('first'): {UNSEEN}
raised: parse (...) raised ValueError('second'): {ONLY_LOGGED}
/side-by-side
raised: parse (...) raised ValueError('1'): {LOGGED}
raised: parse (...) raised ValueError('2'): {UNSEEN}
/forgets
raised: parse (...) raised ValueError('0'): {UNSEEN}
/cancels
raised: cancels (...) was cancelled: {NO_ANSWER}
/broken
raised: break_down (...) raised ValueError('kept'): {LOGGED}
/falls-back
raised: break_down (...) raised ValueError('kept'): {UNSEEN}
/not-found
raised: parse (...) raised ValueError('cache miss'): {UNSEEN}
/misfits
raised: work, as a task, raised TypeError(...): {ONLY_LOGGED}
/remove
raised: remove, as a task, raised FileNotFoundError(...): {ONLY_LOGGED}
/model
raised: Another package raised ResponseValidationError: {LOGGED}
# Of several tries the last one reaches the server.
/retries
raised: parse (...) raised ValueError('down'): {UNSEEN} It happened 2 times.
raised: parse (...) raised ValueError('down'): {LOGGED}
# What a generator raises goes to who asked last, and not to who asked for its first item.
/streams
raised: rows (...) raised LookupError('row 2'): {NO_ANSWER}
/exits
raised: leave (...) raised SystemExit(3): {ONLY_LOGGED}
# Nine equal failures are one sentence.
/gathers
raised: fail (...) raised ConnectionError('no'): {UNSEEN} It happened 9 times.

# Functions of one name are told apart.
/shared/1
ran: read (...) is async: it ran on the event loop.
# The last task may be a library's: it ended when the whole task did.
/slow-last
sent: ... The last task ended <100-99999> ms after it was sent.
# Nothing in a library's function is recorded; that it was called, where and when, is.
/of-libraries
ran: of_libraries ...
ran: work ...
ran: warning (of another package) is sync: it ran in a worker thread.
ran: sleep (of another package) is async: it ran on the event loop.
ran: monotonic (of another package) is sync: it ran in a worker thread.
order: The tasks ran in this order, each when the one before it had ended: {OF_LIBRARIES}.
# A decorated task is named by what it decorates.
/decorated
order: ...: inner of save, inner of print_label, mail.

# Also where Python, which warned of this line, warns no more.
/loses, /loses?again
never awaited: {LOST.format("mail")} It was made at line {LINE} of ...
# What was called instead of handed over fails, and the tasks behind it do not run.
/called
raised: A task raised TypeError(...): {ONLY_LOGGED}
never called: {MISSING}
# A coroutine that has a task of its own is not lost, though the task that made it drops it.
/begun
never awaited: -
# A task's function gives a coroutine or a generator back, and nobody runs it.
/drops/wrapped
never awaited: {LOST.format("wrapped")} ...
/drops/returns_another
never awaited: {LOST.format("inner_of_async")} ...
/drops/generator
never awaited: generator was called, and nobody iterated over its generator: it did not run.
/drops/async_generator
never awaited: async_generator was called, and nobody iterated over its generator: it did not run.
/drops/awaited, /drops/exhausted
never awaited: -
# FastAPI drops a list of tasks without a word; each task is named once.
/runs
never called: -
/raises, /two-lists, /late, /behind-a-failure
never called: {MISSING}

# Each of many tasks was called, also where most steps of their function are left out.
/many
left out: mail ...
never called: -
/is done
/behind/rows
# The server saw a RuntimeError of Starlette's, which came of the task's, through a middleware.
/behind/task
raised: conflict (...) raised HTTPException(409): it reached the server as a RuntimeError, ...
raised: __call__ (...) raised RuntimeError(...

# What the end of the recording cancels is not said to be cancelled by the application.
/last
raised: ... was under way when the server ended, and was cancelled with it.
"""
