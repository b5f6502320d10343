"""Journal: what happened in a learner's folder, as a journal of JSON lines, and its sum.

Each event is appended in one write and never changed, so two runners in one folder lose nothing of
each other's. A damaged journal is set aside; the caller grades anew to replace it.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

Kind = Literal["passed", "failed", "hint", "solution", "moved"]


@dataclass(frozen=True)
class Event:
    """One thing that a learner did."""

    time: str  # as ISO 8601 in UTC
    kind: Kind
    exercise: str
    detail: str = ""  # a failed grading's claim; how a solution was opened; a hint's number
    digest: str = ""  # the graded file's
    honest: bool = True  # whether the graded file was not the stub


@dataclass(frozen=True)
class Progress:
    """What a learner's events add up to, for one exercise."""

    passed: str = ""  # when it passed for the first time
    tries: int = 0  # how many different files of the learner's failed before that
    hints: int = 0
    solution: str = ""  # how it was opened
    minutes: float = 0.0  # how long it took to the first pass, or has taken so far
    last: str = ""  # when the last of these events happened
    stuck_on: str = ""  # the claim that failed last, until it passes


class JournalError(Exception):
    """No line of the journal is an event."""


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def stamp() -> str:
    """Give the time as a part of a file's name, different at each call."""
    return datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f")


@dataclass(frozen=True)
class Journal:
    """The journal of one learner's folder, whose file need not exist yet."""

    file: Path

    def add(self, event: Event) -> None:
        """Append an event, in a single write."""
        # Half a surrogate pair, which UTF-8 has not, becomes an escape, which JSON has.
        text = json.dumps(asdict(event), ensure_ascii=False) + "\n"
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with self.file.open("ab", buffering=0) as stream:
            stream.write(text.encode(errors="backslashreplace"))

    def events(self) -> list[Event]:
        """Read every event. A line that is none, cut by a full disk say, is left out."""
        try:
            lines = self.file.read_bytes().decode("utf-8", "replace").splitlines()
        except FileNotFoundError:
            return []
        events = [event for line in lines if (event := event_of(line))]
        if lines and not events:
            raise JournalError(f"{self.file} is damaged: no line of it can be read")
        return events

    def set_aside(self) -> Path:
        """Move the journal out of the way; give its new place."""
        return self.file.replace(self.file.with_name(f"{self.file.name}.damaged-{stamp()}"))


def event_of(line: str) -> Event | None:
    """Read one line; None where it is no event."""
    try:
        return Event(**json.loads(line))
    except (ValueError, TypeError):
        return None


def progress_of(events: Iterable[Event]) -> dict[str, Progress]:
    """Add up a journal, for each exercise that has events."""
    found: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        found[event.exercise].append(event)
    return {exercise: sum_of(events) for exercise, events in found.items()}


def sum_of(events: Sequence[Event]) -> Progress:
    """Add up the events of one exercise; gradings after the first pass change nothing."""
    kinds = [event.kind for event in events]
    first_pass = kinds.index("passed") if "passed" in kinds else None
    passed = "" if first_pass is None else events[first_pass].time
    failed = [event for event in events[:first_pass] if event.kind == "failed"]
    last = events[-1].time
    took = datetime.fromisoformat(passed or last) - datetime.fromisoformat(events[0].time)
    return Progress(
        passed=passed,
        tries=len({event.digest for event in failed if event.honest}),
        hints=max((int(event.detail) for event in events if event.kind == "hint"), default=0),
        solution=next((event.detail for event in events if event.kind == "solution"), ""),
        minutes=took.total_seconds() / 60,
        last=last,
        stuck_on=failed[-1].detail if failed and not passed else "",
    )
