"""Every tour, taken in a pseudo-terminal as a learner takes it: by `c`, by `n` and by `s`."""

import pytest

from minitasks.scenarios import find_scenario
from minitasks.tour.listing import places_of
from minitasks.tour.stops import Place
from minitasks.tour.tours import TOURS
from tests.tour.session import Prompt, Session

pytestmark = pytest.mark.slow

RUNS = [(name, backend) for name in TOURS for backend in find_scenario(name).backends]

# How often a command may be typed before the tour is over: some more than it takes.
BOUNDS = {"n": 120, "s": 250}


def reachable(name: str, backend: str) -> list[Place]:
    """Give the stops that a run comes to: the last two of four-ways are asyncio's alone."""
    places = places_of(name)
    return places[:-2] if (name, backend) == ("four-ways", "trio") else places


def test_the_articles_story_is_told_in_this_order() -> None:
    """The tour of register-product goes from the endpoint over both tasks to the list's end."""
    with Session() as session:
        story = [(prompt.function, prompt.lane or "-") for prompt in session.prompts("c")]
    assert story == [
        ("register_product", "worker thread 1"),
        ("register_product", "worker thread 1"),
        ("add_task", "worker thread 1"),
        ("is_async_callable", "worker thread 1"),
        ("register_product", "worker thread 1"),
        ("__call__", "event loop"),
        ("__call__", "event loop"),
        ("__call__", "event loop"),
        ("register_to_blockchain", "event loop"),
        ("__call__", "event loop"),
        ("run_in_threadpool", "event loop"),
        ("send_confirmation_email", "worker thread 1"),
        ("run_in_threadpool", "event loop"),
        ("__call__", "event loop"),
    ]


@pytest.mark.parametrize(("name", "backend"), RUNS)
def test_c_comes_to_each_stop_as_it_was_declared(name: str, backend: str) -> None:
    """Each stop has its number, file, line, function, thread and note, and nothing is between."""
    places = reachable(name, backend)
    with Session(name, "--backend", backend) as session:
        prompts = list(session.prompts("c"))
        words, code = session.close()
    assert [prompt.stop for prompt in prompts] == [place.number for place in places]
    for prompt, place in zip(prompts, places, strict=True):
        assert_is_at(prompt, place)
    assert f"minitasks run {name} --page replay.html" in words
    assert code == 0


def assert_is_at(prompt: Prompt, place: Place) -> None:
    """Compare what a prompt shows with what the stop declares."""
    stop = place.stop
    assert str(place.file).endswith(prompt.file)
    assert prompt.line == place.line
    assert prompt.function == stop.function.split(".")[-1]
    assert prompt.source.startswith(stop.text)
    assert prompt.lane.startswith(stop.thread)
    look = f" Look: {stop.look}" if stop.look else ""
    assert prompt.note == stop.note + look


@pytest.mark.parametrize("command", BOUNDS)
@pytest.mark.parametrize("name", TOURS)
def test_stepping_comes_to_each_stop_and_stays_in_the_tours_files(name: str, command: str) -> None:
    """From the first stop to the end by `n` alone, and by `s` alone: no key press leads astray."""
    allowed = {place.file.name for place in places_of(name)}
    allowed |= {"background.py", "concurrency.py", "dispatch.py", find_scenario(name).file.name}
    with Session(name) as session:
        prompts = [
            prompt
            for prompt, _ in zip(session.prompts(command), range(BOUNDS[command]), strict=False)
        ]
        assert session.child.eof(), "the bound was reached before the end"
        words, code = session.close()
    stops = [prompt.stop for prompt in prompts if prompt.stop]
    assert stops == [place.number for place in places_of(name)]
    assert {prompt.file.rsplit("/")[-1] for prompt in prompts} <= allowed
    assert "Traceback" not in words
    assert code == 0
