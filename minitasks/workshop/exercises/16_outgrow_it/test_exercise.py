"""Grader of exercise 16: what is on disk, what another process finds, a second run.

No worker is started: the tests take the messages from the queue as a worker does.
"""

import importlib.util
import subprocess
import sys
from pathlib import Path
from queue import Empty
from types import ModuleType
from typing import Any

import pytest

SECOND_WORKER = """
import importlib.util, pathlib, sys
spec = importlib.util.spec_from_file_location("exercise", sys.argv[1])
exercise = importlib.util.module_from_spec(spec)
sys.modules["exercise"] = exercise
spec.loader.exec_module(exercise)
exercise.make_engine(pathlib.Path(sys.argv[2])).tasks["register"]("book-1")
"""


@pytest.fixture
def celery() -> None:
    """Fail where Celery is missing, and say how to get it."""
    if importlib.util.find_spec("celery") is None:
        pytest.fail(
            "this exercise needs Celery: python -m pip install '.[queue]' in your copy of minitasks"
        )


def next_message(engine: Any) -> tuple[str, list[Any]] | None:
    """Take the next waiting message: the task's name and its arguments."""
    message = taken_from(engine)
    if message is None:
        return None
    args, kwargs, _ = message.payload
    return message.headers["task"], [*args, *kwargs.values()]


def taken_from(engine: Any) -> Any:
    """Take the next waiting message out of the queue; None if there is none."""
    with engine.connection_for_read() as connection:
        queue = connection.SimpleQueue("celery")
        try:
            message = queue.get(block=False)
        except Empty:
            return None
        finally:
            queue.close()
        message.ack()
        return message


def ledger_of(folder: Path) -> list[str]:
    """Read which products have been registered."""
    ledger = folder / "ledger"
    return ledger.read_text().splitlines() if ledger.exists() else []


@pytest.mark.usefixtures("celery")
def test_waits_on_disk(
    exercise: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A waiting task is on disk, so that it is still there when this process is killed."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    engine = exercise.make_engine(tmp_path)
    before = set(tmp_path.rglob("*"))

    exercise.hand_over(engine, exercise.Product("book-1", "A book"))

    assert set(tmp_path.rglob("*")) - before, (
        "your waiting task is nowhere in the folder: it lives in this process, and dies with it"
    )
    strays = [path.name for path in elsewhere.iterdir()]
    assert not strays, (
        f"your engine put {strays} into the current folder: a worker started elsewhere won't look"
    )


@pytest.mark.usefixtures("celery")
def test_does_nothing_yet(exercise: ModuleType, tmp_path: Path) -> None:
    """Handing a task over leaves the work to a worker."""
    engine = exercise.make_engine(tmp_path)

    exercise.hand_over(engine, exercise.Product("book-1", "A book"))

    assert ledger_of(tmp_path) == [], (
        "your hand_over did the work itself: the customer waits for it"
    )


@pytest.mark.usefixtures("celery")
def test_another_process_finds_it(exercise: ModuleType, tmp_path: Path) -> None:
    """An engine made later, as in another process, finds every waiting task, with the key."""
    server = exercise.make_engine(tmp_path)
    for number in (1, 2):
        exercise.hand_over(server, exercise.Product(f"book-{number}", "A book"))

    worker = exercise.make_engine(tmp_path)
    found = [next_message(worker), next_message(worker), next_message(worker)]

    tasks = [message for message in found if message]
    assert len(tasks) == 2, f"two tasks were handed over, but a worker finds {len(tasks)}"
    assert sorted(tasks) == [("register", ["book-1"]), ("register", ["book-2"])], (
        f"a worker should find register('book-1') and register('book-2'), but finds {sorted(tasks)}"
    )


@pytest.mark.usefixtures("celery")
def test_can_be_done_now_and_later(exercise: ModuleType, tmp_path: Path) -> None:
    """A waiting task may be begun at once, and waits as long as it takes."""
    engine = exercise.make_engine(tmp_path)
    exercise.hand_over(engine, exercise.Product("book-1", "A book"))
    message = taken_from(engine)

    assert message is not None, "a task was handed over, but a worker finds none"
    assert message.headers.get("eta") is None, (
        f"your task is not to begin before {message.headers['eta']}: nobody asked for that"
    )
    assert message.headers.get("expires") is None, (
        f"your task is thrown away at {message.headers['expires']}: nobody asked for that"
    )


@pytest.mark.usefixtures("celery")
def test_worker_does_the_work(exercise: ModuleType, tmp_path: Path) -> None:
    """A worker that runs the tasks writes each product into the ledger."""
    engine = exercise.make_engine(tmp_path)

    for key in ("book-1", "book", "book-2"):
        engine.tasks["register"](key)

    assert ledger_of(tmp_path) == ["book-1", "book", "book-2"], (
        f"book-1, book, book-2 were registered, but your ledger has {ledger_of(tmp_path)}"
    )


@pytest.mark.usefixtures("celery")
def test_done_before_gone(exercise: ModuleType, tmp_path: Path) -> None:
    """A task leaves the queue when it is done: a worker that is killed at it loses nothing."""
    engine = exercise.make_engine(tmp_path)
    register = engine.tasks["register"]

    assert register.acks_late, (
        "your task leaves the queue when it is begun (task_acks_late): killed then, it is lost"
    )
    assert register.reject_on_worker_lost, (
        "when its process is killed, your task counts as done (task_reject_on_worker_lost is off)"
    )


@pytest.mark.usefixtures("celery")
def test_twice_is_once(exercise: ModuleType, tmp_path: Path) -> None:
    """A task that runs a second time does no harm."""
    engine = exercise.make_engine(tmp_path)

    for _ in range(2):
        engine.tasks["register"]("book-1")

    assert ledger_of(tmp_path) == ["book-1"], (
        f"the task ran twice, and your ledger has {len(ledger_of(tmp_path))} lines for one product"
    )
    other = tmp_path / "other"
    other.mkdir()
    engine = exercise.make_engine(other)
    for key in ("book-1", "book-2", "book-1"):
        engine.tasks["register"](key)
    assert ledger_of(other) == ["book-1", "book-2"], (
        "registered were book-1, book-2, and book-1 again, but your ledger has "
        f"{', '.join(ledger_of(other))}"
    )
    engine = exercise.make_engine(tmp_path)
    # As in the worker that takes over when this one has been killed.
    again = [sys.executable, "-c", SECOND_WORKER, str(exercise.__file__), str(tmp_path)]
    done = subprocess.run(again, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"in another worker your task raised: {done.stderr[-300:]}"
    assert ledger_of(tmp_path) == ["book-1"], (
        "the task ran again in another process, and your ledger has "
        f"{len(ledger_of(tmp_path))} lines for one product: what is done is remembered in the "
        "first process only"
    )


@pytest.mark.usefixtures("celery")
def test_what_failed_is_done_the_next_time(exercise: ModuleType, tmp_path: Path) -> None:
    """A task that could not write its line fails, and the next try writes it."""
    engine = exercise.make_engine(tmp_path)
    (tmp_path / "ledger").mkdir()  # where a folder stands, no file can be written
    failed = False
    try:
        engine.tasks["register"]("book-1")
    except OSError:
        failed = True
    (tmp_path / "ledger").rmdir()
    engine.tasks["register"]("book-1")

    assert failed, "the ledger could not be written, and your task ended as if all were well"
    assert ledger_of(tmp_path) == ["book-1"], (
        "your first try failed, and the second wrote nothing: what is only begun counts as done"
    )
