"""The tour of an application: it is served, and stops in what the framework calls."""

import sys
from concurrent.futures import ThreadPoolExecutor, wait
from functools import partial
from pathlib import Path

import httpx2
import pytest

from tests.parts import wait_until
from tests.tour.session import Session, take

if sys.platform == "win32":
    pytest.skip("pexpect needs a pseudo-terminal", allow_module_level=True)

pytestmark = pytest.mark.slow

# The server says nothing when it begins to end: that would stand in the middle of a prompt, which
# readline writes in pieces.
SHOP = """\
import logging
from pathlib import Path

from fastapi import BackgroundTasks, Depends, FastAPI

app = FastAPI()
logging.getLogger("uvicorn.error").setLevel("ERROR")

def add(name, text):
    with Path(name).open("a") as file:
        file.write(text)

def session():
    opened = "session"
    yield opened
    add("closed", opened)

async def user():
    name = "ada"
    yield name
    name = "left"

def log(text): text.upper()

async def mail(to: str):
    global SENT
    SENT = to

@app.post("/orders", status_code=201)
async def order(tasks: BackgroundTasks, db=Depends(session), ada=Depends(user)):
    tasks.add_task(
        log,
        "book",
    )
    tasks.add_task(mail, "ada")
    return helper()

def helper():
    return {"ordered": "book"}
"""
STORY = [
    ('opened = "session"', "worker thread 1", "Now session runs."),
    ('name = "ada"', "event loop", "Now user runs."),
    ("tasks.add_task(", "event loop", "Now order runs."),
    ('tasks.add_task(mail, "ada")', "event loop", "A call of mail is put"),
    ("def log(text): text.upper()", "worker thread 1", "Now log runs."),
    ("SENT = to", "event loop", "Now mail runs."),
    ('name = "left"', "event loop", "user goes on behind its yield."),
    ('add("closed", opened)', "worker thread 1", "session goes on behind its yield."),
]


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    path = tmp_path / "shop.py"
    path.write_text(SHOP)
    return path


@pytest.mark.parametrize("backend", ["asyncio", "uvloop"])
def test_it_stops_in_all_that_the_framework_calls(shop: Path, backend: str) -> None:
    """Dependencies on entering and leaving, the endpoint, each add_task, each task."""
    arguments = ("shop:app", "--app-dir", str(shop.parent), "--backend", backend)
    prompts, words = take(*arguments, "--post", "/orders", "{}", cwd=shop.parent)
    assert [(prompt.source, prompt.lane) for prompt in prompts] == [told[:2] for told in STORY]
    for prompt, (_, _, note) in zip(prompts, STORY, strict=True):
        assert note in prompt.note
        assert "POST /orders" in prompt.text
    assert [prompt.stop for prompt in prompts] == list(range(1, len(prompts) + 1))
    assert f"minitasks run shop:app --app-dir {shop.parent} --post /orders '{{}}'\n" in words


def test_a_stop_is_silenced_and_a_later_one_begun_with(shop: Path) -> None:
    """`silence` passes this line from then on; --stop passes those before; note says it again."""
    order = ("--post", "/orders", "{}")
    with Session(str(shop), "--stop", "3", *order, *order, cwd=shop.parent) as session:
        begun = session.prompt
        assert begun.stop == 3
        assert session.type("note").note == begun.note
        session.type("silence")
        sources = [prompt.source for prompt in session.prompts("c")]
    assert sources.count("tasks.add_task(") == 0
    assert sources.count('tasks.add_task(mail, "ada")') == 2


def test_what_is_awaited_at_a_prompt_comes_to_no_stop(shop: Path) -> None:
    """Neither it nor what it hands to a thread: it would wait for the prompt, which waits for it.

    A function that an own one calls is none that the framework calls, and no stop either.
    """
    with Session(str(shop), "--post", "/orders", "{}", cwd=shop.parent) as session:
        shows = session.type("import shop, minitasks")
        assert shows.stop is None
        session.type("await minitasks.run_in_threadpool(shop.log, 'book')")
        session.type("await shop.mail('bob')")
        assert "'bob'" in session.type("p shop.SENT").text
        sources = [prompt.source for prompt in session.prompts("c")]
    assert [source for source in sources if source] == [told[0] for told in STORY[1:]]


def test_a_stop_that_is_not_reached_is_told(shop: Path) -> None:
    """How many there were, to whoever wanted to begin at a later one."""
    prompts, words = take(
        str(shop), "--stop", "99", "--post", "/orders", "{}", by="c", cwd=shop.parent
    )
    assert not prompts
    assert f"It came to {len(STORY)} stops alone." in words


def test_requests_that_overlap_keep_their_own_stops(shop: Path) -> None:
    """From two clients of other processes: each is stopped wherever the other is, too."""
    with Session(str(shop), wait=False, cwd=shop.parent) as session:
        url = f"{session.serves()}/orders"
        order = partial(httpx2.post, url, json={}, trust_env=False, timeout=None)
        with ThreadPoolExecutor(2) as pool:
            orders = [pool.submit(order) for _ in range(2)]
            prompts = []
            for _ in range(2 * len(STORY)):
                prompts.append(session.read())
                session.child.sendline("c")
            # No prompt is open any more when both have written it.
            closed = shop.parent / "closed"
            wait_until(lambda: closed.exists() and closed.read_text() == 2 * "session")
            wait(orders)
        session.interrupt()
        session.end_cleanly()
    for source, lane, _ in STORY:
        there = [prompt for prompt in prompts if prompt.source == source]
        assert len(there) == 2, source
        assert all(prompt.lane.startswith(lane.rstrip(" 1")) for prompt in there)
