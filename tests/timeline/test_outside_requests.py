"""What holds the event loop outside requests, or from another thread, is told too.

Each application is served by the command, in a process of its own.
"""

import re
import sys
from pathlib import Path

import httpx2
import pytest

from tests.timeline.served_by_command import figures, served, serving

pytestmark = pytest.mark.slow

SHOP = """
import asyncio, re, time
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request

asked, held = asyncio.Event(), asyncio.Event()

@asynccontextmanager
async def lifespan(app):
    time.sleep(0.1)
    beating = asyncio.create_task(beat())
    yield
    beating.cancel()

async def beat():
    await asked.wait()
    for _ in range(2):
        await asyncio.sleep(0)
        time.sleep(0.1)

app = FastAPI(lifespan=lifespan)

@app.get("/leaves")
async def leaves():
    asked.set()
    asyncio.get_running_loop().call_soon(asyncio.get_running_loop().call_soon, go_on)

def go_on():
    asyncio.get_running_loop().call_later(0.1, clean_up)

def clean_up():
    time.sleep(0.1)
    held.set()

@app.get("/waits")
async def waits():
    await held.wait()

@app.get("/long")
async def long(request: Request):
    while not await request.is_disconnected():
        await asyncio.sleep(0.01)

@app.get("/regex")
def regex():
    return bool(re.match("(a+)+$", "a" * 24 + "b"))

@app.get("/beside")
async def beside():
    await asyncio.to_thread(regex)
"""


# There a thread's time is to be had.
PATHS = ("/leaves", "/waits", *(("/regex", "/beside") if sys.platform == "linux" else ()))


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT to send there")
def test_what_holds_the_loop_outside_requests_is_told_once(tmp_path: Path) -> None:
    """A task of the lifespan, a callback of a request that is done; not what came before.

    And a client that leaves before it has its answer is told of.
    """
    with serving(tmp_path, SHOP) as (address, end):
        with pytest.raises(httpx2.ReadTimeout):
            httpx2.get(f"{address}/long", trust_env=False, timeout=httpx2.Timeout(None, read=0.01))
        for path in ("/leaves", "/waits"):
            httpx2.get(address + path, trust_env=False)
        said = end()
    outside = [each.partition("\nGET ")[0] for each in said.split("Outside requests\n")[1:]]
    # Each picture has a row for what is blamed below it.
    for each in outside:
        for function in re.findall(r"^✗ (\w+) \(", each, re.MULTILINE):
            assert re.search(rf"^ +{function}\b.*[█▒]", each, re.MULTILINE)
    held = " ".join(" ".join(outside).split())
    for function, kind in (("beat", "async"), ("clean_up", "sync")):
        assert held.count(f"✗ {function} (") == 1
        took = re.search(
            rf"{function} \(\S+\) is {kind} and held the event loop for (\d+) ms", held
        )
        assert took
        assert int(took[1]) >= 100
    assert "lifespan (" not in held
    assert "✗ The client had left before the answer (200) was sent: nobody got it." in said


def test_of_requests_sent_from_here_each_tells_its_own(tmp_path: Path) -> None:
    """Only what is of none is told outside them; and who keeps Python's lock is told, if known.

    A regular expression in a worker thread does: who awaits it has not held the loop.
    """
    leaves, waits, *in_regex, outside = served(tmp_path, SHOP, *PATHS)
    assert figures(leaves, "held", "function") == [("clean_up",)]
    assert figures(waits, "held", "function") == []
    assert figures(outside, "held", "function", "times") == [("beat", 2)]
    assert len(outside) == 1
    for findings in in_regex:
        (held,) = (each for each in findings if each["kind"] == "held")
        assert held["figures"]["function"] == "regex"
        assert "computed in worker thread" in held["text"]
        assert held["text"].endswith(": the event loop stood still.")
