"""The journal: appended to, never rewritten; and what it adds up to."""

import subprocess
import sys
from pathlib import Path

import pytest

from minitasks.workshop.journal import Event, Journal, Progress, progress_of


def event(kind: str, minute: int, **more: object) -> Event:
    return Event(f"2026-01-01T10:{minute:02}:00+00:00", kind, "double", **more)  # type: ignore[arg-type]


def standing(*events: Event) -> Progress:
    return progress_of(events)["double"]


def test_what_was_added_is_read(tmp_path: Path) -> None:
    """Events are read as they were added, Korean letters, half a surrogate pair and all."""
    journal = Journal(tmp_path / "journal.jsonl")
    events = [
        event("failed", 1, detail="둘은 넷이다"),
        event("failed", 2, detail="half \ud800"),
        event("passed", 3),
    ]
    for one in events:
        journal.add(one)
    assert journal.events() == events


def test_two_runners_lose_nothing(tmp_path: Path) -> None:
    """Two processes that add at once, two hundred events each: every one is there, and whole."""
    file = tmp_path / "journal.jsonl"
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from minitasks.workshop.journal import Event, Journal\n"
        f"journal = Journal(Path({str(file)!r}))\n"
        "for number in range(200):\n"
        "    journal.add(Event('', 'failed', 'double', detail=f'{sys.argv[1]} {number}'))\n"
    )
    runners = [subprocess.Popen([sys.executable, "-c", code, name]) for name in ("a", "b")]
    assert [runner.wait() for runner in runners] == [0, 0]
    details = {one.detail for one in Journal(file).events()}
    assert details == {f"{name} {number}" for name in ("a", "b") for number in range(200)}


@pytest.mark.parametrize("line", [b"{\n", b"[]\n", b'{"time": 1}\n', b"\xff\xfe\n", b"\n", b"{"])
def test_a_line_that_is_no_event_costs_nothing_else(tmp_path: Path, line: bytes) -> None:
    """One cut or foreign line is left out; what stands before and behind it is kept."""
    journal = Journal(tmp_path / "journal.jsonl")
    journal.add(event("passed", 1))
    journal.file.write_bytes(journal.file.read_bytes() + line.rstrip(b"\n") + b"\n")
    journal.add(event("hint", 2))
    assert [one.kind for one in journal.events()] == ["passed", "hint"]


def test_only_honest_tries_count() -> None:
    """Neither the stub nor what was tried before; the last claim is what holds somebody up."""
    tried = standing(
        event("failed", 1, digest="stub", honest=False),
        event("failed", 2, digest="a", detail="Twice two is four."),
        event("failed", 3, digest="b"),
        event("failed", 4, digest="a", detail="Later gives the same."),
    )
    assert (tried.tries, tried.stuck_on) == (2, "Later gives the same.")


def test_only_the_first_counts_of_what_comes_again() -> None:
    """Tries after the first pass change nothing, nor does a second way to open the solution."""
    tries = [event("failed", minute, digest=str(minute)) for minute in (1, 9)]
    first, second = (event("solution", 1, detail=how) for how in ("anyway", "after a pass"))
    done = standing(tries[0], first, event("passed", 5), second, tries[1])
    assert (done.tries, done.stuck_on, done.minutes) == (1, "", 4)
    assert (done.passed, done.solution) == ("2026-01-01T10:05:00+00:00", "anyway")
