"""Every tour, taken in a pseudo-terminal as a learner takes it: by `c`, by `n` and by `s`."""

import itertools
from pathlib import Path

import pytest

from minitasks.scenarios import find_scenario
from minitasks.tour.listing import breakpoints_of
from minitasks.tour.stops import Breakpoint
from minitasks.tour.tours import TOURS
from minitasks.workshop import catalog
from tests.tour.session import Prompt, Session, program, take

pytestmark = pytest.mark.slow

RUNS = [(name, backend) for name in TOURS for backend in find_scenario(name).backends]

# How often a command may be typed before the tour is over: some more than it takes.
BOUNDS = {"n": 120, "s": 250}

OWN_PROGRAM = """
import functools
import sys
import anyio
from minitasks import BackgroundTask, BackgroundTasks, run_in_threadpool

def send(to):
    '''Send it.'''
    print('sent to', to)

class Shop:
    async def save(self):
        await anyio.sleep(0)

    def __call__(self):
        return 'closed'

async def main(shop=Shop()):
    tasks = BackgroundTasks()
    tasks.add_task(send, 'ada')
    tasks.add_task(
        functools.partial(functools.partial(shop.save)),
    )
    tasks.add_task(shop)
    if tasks.tasks:
        tasks.add_task(len, ())
    await tasks()
    await run_in_threadpool(lambda: 1)
    one = BackgroundTask(send)
    print('sys.argv:', sys.argv[1:])

if __name__ == '__main__':
    anyio.run(main)
"""
# Where a tour of it stops, on which thread, and what the note begins with.
OWN_STOPS = [
    ("tasks = BackgroundTasks()", "event loop", "A list of tasks is made"),
    ("tasks.add_task(send, 'ada')", "event loop", "A call of send is put"),
    ("tasks.add_task(", "event loop", "A call of save is put"),
    ("tasks.add_task(shop)", "event loop", "A call of shop is put"),
    ("tasks.add_task(len, ())", "event loop", "A call of len is put"),
    ("print('sent to', to)", "worker thread 1", "Now send runs."),
    ("await anyio.sleep(0)", "event loop", "Now save runs."),
    ("return 'closed'", "worker thread 1", "Now __call__ runs."),
    (
        "await run_in_threadpool(lambda: 1)",
        "event loop",
        "A call of a function goes to a worker thread",
    ),
    ("await run_in_threadpool(lambda: 1)", "worker thread 1", "Now <lambda> runs."),
    ("one = BackgroundTask(send)", "event loop", "A call of send is kept for later"),
]


@pytest.mark.parametrize(("name", "backend"), RUNS)
def test_c_comes_to_each_stop_as_it_was_declared(name: str, backend: str) -> None:
    """Each stop has its number, file, line, function, thread and note, and nothing is between."""
    every = breakpoints_of(name)
    # The last two of four-ways are asyncio's alone.
    places = every[:-2] if (name, backend) == ("four-ways", "trio") else every
    prompts, words = take(name, "--backend", backend)
    assert [prompt.stop for prompt in prompts] == [place.number for place in places]
    for prompt, place in zip(prompts, places, strict=True):
        assert_is_at(prompt, place)
    chosen = "" if backend == "asyncio" else f" --backend {backend}"
    assert f"minitasks run {name}{chosen} --page replay.html" in words
    passed_by = "these stops: 5, 6. What they show is tried on asyncio alone"
    assert (passed_by in words) == (len(places) < len(every))


def assert_is_at(prompt: Prompt, place: Breakpoint) -> None:
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


def test_a_learners_own_file_is_toured_where_its_names_match() -> None:
    """Stops in other words say so, those that are not there or never came are named, the others are
    as always.
    """
    solution = catalog.find("pool_of_tokens").solution
    prompts, words = take("register-product", "--with", str(solution))
    missing = "left out, for there is nothing like them in this code: 4\n(is_async"
    assert missing in prompts[0].text
    assert [prompt.stop for prompt in prompts] == [1, 2, 3, 5, 7, 8, 9, 10, 12]
    reworded = [prompt.stop for prompt in prompts if "words it differently" in prompt.text]
    assert reworded == [10]
    own = [prompt.stop for prompt in prompts if prompt.file.endswith("solution.py")]
    assert own == [3, 7, 8, 10]
    assert "It never came to these stops: 11, 13." in words


def test_starlette_is_toured_in_the_same_order() -> None:
    """Though it calls its own functions behind the scenes too, no stop comes early."""
    prompts, _ = take("--with", "starlette")
    assert [prompt.stop for prompt in prompts] == [*range(1, 13), 14]
    assert prompts[5].file == "starlette/background.py"


def test_a_learners_own_program_is_stopped_at_its_calls(tmp_path: Path) -> None:
    """Each call of the core is a stop, with a name for what it hands over where that is plain; and
    so is each function that was handed over, on its own thread.
    """
    path = program(tmp_path, OWN_PROGRAM)
    prompts, words = take(path, "--fast")
    told = [(prompt.source, prompt.lane, prompt.note) for prompt in prompts]
    for seen, (source, lane, note) in zip(told, OWN_STOPS, strict=True):
        assert seen[:2] == (source, lane)
        assert seen[2].startswith(note)
    assert "sys.argv: ['--fast']" in words
    # `s` at a call goes into the installed library's own file.
    with Session(path) as session:
        session.type("c")
        prompt = session.type("s")
    assert (prompt.function, prompt.file) == ("add_task", "minitasks/background.py")
