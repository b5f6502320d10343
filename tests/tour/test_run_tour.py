"""Every tour, taken in a pseudo-terminal as a learner takes it: by `c`, by `n` and by `s`."""

import itertools
from pathlib import Path

import pytest

from minitasks.scenarios import find_scenario
from minitasks.tour.listing import breakpoints_of
from minitasks.tour.stops import Breakpoint
from minitasks.tour.tours import TOURS
from tests.tour.session import Prompt, Session, program, take

pytestmark = pytest.mark.slow

RUNS = [(name, backend) for name in TOURS for backend in find_scenario(name).backends]

# How often a command may be typed before the tour is over: some more than it takes.
BOUNDS = {"n": 120, "s": 250}


MINE = """
import functools, inspect
import anyio.to_thread

async def run_in_threadpool(func, *args, **kwargs):
    return await anyio.to_thread.run_sync(functools.partial(func, *args, **kwargs))

class BackgroundTask:
    def __init__(self, func, *args, **kwargs):
        self.func, self.args, self.kwargs = func, args, kwargs

    async def __call__(self):
        if inspect.iscoroutinefunction(self.func):
            await self.func(*self.args, **self.kwargs)
        else:
            await run_in_threadpool(self.func, *self.args, **self.kwargs)

class BackgroundTasks(BackgroundTask):
    def __init__(self, tasks=None):
        self.tasks = list(tasks or [])

    def add_task(self, func, *args, **kwargs):
        self.tasks.append(BackgroundTask(func, *args, **kwargs))

    async def __call__(self):
        for task in self.tasks:
            await task()
"""

OWN_PROGRAM = """
import sys
import anyio
from minitasks import BackgroundTasks

def send(to):
    print('sent to', to)

async def save():
    await anyio.sleep(0)

async def main():
    tasks = BackgroundTasks()
    tasks.add_task(send, 'ada')
    tasks.add_task(save)
    await tasks()
    print('sys.argv:', sys.argv[1:])

if __name__ == '__main__':
    anyio.run(main)
"""


def reachable(name: str, backend: str) -> list[Breakpoint]:
    """Give the stops that a run comes to: the last two of four-ways are asyncio's alone."""
    places = breakpoints_of(name)
    return places[:-2] if (name, backend) == ("four-ways", "trio") else places


@pytest.mark.parametrize(("name", "backend"), RUNS)
def test_c_comes_to_each_stop_as_it_was_declared(name: str, backend: str) -> None:
    """Each stop has its number, file, line, function, thread and note, and nothing is between."""
    places = reachable(name, backend)
    prompts, words = take(name, "--backend", backend)
    assert [prompt.stop for prompt in prompts] == [place.number for place in places]
    for prompt, place in zip(prompts, places, strict=True):
        assert_is_at(prompt, place)
    chosen = "" if backend == "asyncio" else f" --backend {backend}"
    assert f"minitasks run {name}{chosen} --page replay.html" in words
    passed_by = "these stops: 5, 6. What they show is tried on asyncio alone"
    assert (passed_by in words) == (len(places) < len(breakpoints_of(name)))


def assert_is_at(prompt: Prompt, place: Breakpoint) -> None:
    """Compare what a prompt shows with what the stop declares."""
    stop = place.stop
    assert str(place.file).endswith(prompt.file)
    assert prompt.line == place.line
    assert prompt.function == stop.function.split(".")[-1]
    assert prompt.source.startswith(stop.text)
    assert prompt.lane.startswith(stop.thread)
    look = f" Look: {stop.try_this}" if stop.try_this else ""
    assert prompt.note == stop.note + look


@pytest.mark.parametrize("command", BOUNDS)
@pytest.mark.parametrize("name", TOURS)
def test_stepping_comes_to_each_stop_and_stays_in_the_tours_files(name: str, command: str) -> None:
    """From the first stop to the end by `n` alone, and by `s` alone: no key press leads astray."""
    allowed = {place.file.name for place in breakpoints_of(name)}
    allowed |= {"background.py", "concurrency.py", "dispatch.py", find_scenario(name).file.name}
    with Session(name) as session:
        prompts = list(itertools.islice(session.prompts(command), BOUNDS[command]))
        assert session.child.eof(), "the bound was reached before the end"
        session.end_cleanly()
    stops = [prompt.stop for prompt in prompts if prompt.stop]
    assert stops == [place.number for place in breakpoints_of(name)]
    assert {prompt.file.rsplit("/")[-1] for prompt in prompts} <= allowed


def test_a_learners_own_file_is_toured_where_its_names_match(tmp_path: Path) -> None:
    """Stops in other words say so, stops that are not there are named, the others are as always."""
    prompts, words = take("register-product", "--with", program(tmp_path, MINE))
    missing = "left out, for there is nothing like them in this code: 4\n(is_async"
    assert missing in prompts[0].text
    assert [prompt.stop for prompt in prompts] == [1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 14]
    reworded = [prompt.stop for prompt in prompts if "words it differently" in prompt.text]
    assert reworded == [3, 7, 11]
    assert {prompt.stop for prompt in prompts if prompt.file.endswith("app.py")} == {
        *(3, 6, 7, 8, 10, 11, 14)
    }
    assert "It never came" not in words


def test_starlette_is_toured_in_the_same_order() -> None:
    """Though it calls its own functions behind the scenes too, no stop comes early."""
    prompts, _ = take("--with", "starlette")
    assert [prompt.stop for prompt in prompts] == [*range(1, 13), 14]
    assert prompts[5].file == "starlette/background.py"


def test_a_learners_own_program_is_stopped_at_its_calls(tmp_path: Path) -> None:
    """Each call of the core, then each function that it handed over, on its own thread."""
    prompts, words = take(program(tmp_path, OWN_PROGRAM), "--fast")
    story = [(prompt.source, prompt.lane) for prompt in prompts]
    assert story == [
        ("tasks = BackgroundTasks()", "event loop"),
        ("tasks.add_task(send, 'ada')", "event loop"),
        ("tasks.add_task(save)", "event loop"),
        ("print('sent to', to)", "worker thread 1"),
        ("await anyio.sleep(0)", "event loop"),
    ]
    assert "sys.argv: ['--fast']" in words


def test_one_steps_from_ones_own_program_into_the_core(tmp_path: Path) -> None:
    """`s` at a call goes into the installed library's own file."""
    with Session(program(tmp_path, OWN_PROGRAM)) as session:
        session.type("c")
        prompt = session.type("s")
    assert (prompt.function, prompt.file) == ("add_task", "minitasks/background.py")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["no-such"], "there is no scenario 'no-such'"),
        (["context", "--stop", "9"], "context has stops 1 to 4, and no stop 9"),
        (["context", "--backend", "curio"], "context does not run on curio"),
        (["context", "--into", "no_such_package"], "no package 'no_such_package' to step into"),
        (["context", "--with", "no_such.py"], "there is no file no_such.py"),
        (["no_such.py"], "there is no file no_such.py"),
        (["nowhere:app"], "there is no module nowhere"),
        (["shop:nothing"], "shop has no nothing: name it as in shop:app"),
        (["shop:app", "--reload"], "--reload starts other processes, which can't be recorded"),
        (["shop:app", "--with", "starlette"], "--with means nothing for an application"),
        (["shop:app", "--stop", "0"], "and no stop 0"),
        (["shop:app", "--backend", "trio"], "uvicorn does not run on trio"),
    ],
)
def test_what_can_not_be_done_is_said_in_one_line(
    tmp_path: Path, arguments: list[str], message: str
) -> None:
    """With exit code 2, and before anything is run or served."""
    (tmp_path / "shop.py").write_text("from fastapi import FastAPI\napp = FastAPI()\n")
    with Session(*arguments, cwd=tmp_path, wait=False) as session:
        words, code = session.end()
    assert message in words
    assert words.startswith("minitasks: ")
    assert words.count("\n") <= 2
    assert code == 2
