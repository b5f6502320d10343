"""The verdict on one file, as plain data: what was claimed, what was seen, and where.

`Verdict` is what the grader gives; `as_json` is the schema that docs/pages/workshop.md describes.
"""

from dataclasses import asdict, dataclass
from typing import Any, Literal

Outcome = Literal["passed", "failed", "not run"]

# Why a file is turned down. "claim" is the ordinary case: a test failed.
Reason = Literal[
    "claim", "import", "time", "output", "ended", "process", "thread", "patched", "missing"
]


@dataclass(frozen=True)
class Place:
    """A line: of the learner's file, or of the grader's where that alone waits for something.

    Attributes:
        file: The path.
        line: The line, counted from 1.
        source: The line's text.
        note: Which thread it ran in or what it waits for, where that helps; otherwise empty.
    """

    file: str
    line: int
    source: str
    note: str = ""


@dataclass(frozen=True)
class Checked:
    """A claim and what became of it."""

    test: str
    text: str
    outcome: Outcome


@dataclass(frozen=True)
class Verdict:
    """What the grader says about one file.

    Attributes:
        exercise: The exercise's name.
        file: The file that was graded.
        passed: Whether every claim holds.
        reason: Why not; None after a pass.
        claim: The claim that does not hold; empty where the file failed before any test.
        seen: What was seen instead, in words.
        place: The learner's line; None where there is none to blame.
        example: The smallest failing example that hypothesis found, as a program to paste;
            otherwise empty.
        printed: The end of what the learner's code printed.
        traceback: The whole traceback, for those who ask.
        claims: Every claim of the grader.
        seconds: How long it took.
    """

    exercise: str
    file: str
    passed: bool
    reason: Reason | None = None
    claim: str = ""
    seen: str = ""
    place: Place | None = None
    example: str = ""
    printed: str = ""
    traceback: str = ""
    claims: tuple[Checked, ...] = ()
    seconds: float = 0.0

    def feedback(self) -> str:
        """Say in plain text what was claimed, what was seen, and at which line of the learner's."""
        parts = [self.claim, self.seen, place_text(self.place)]
        return "\n".join(part for part in parts if part)

    def as_json(self) -> dict[str, Any]:
        """Give the verdict as the documented JSON object."""
        return asdict(self)


def place_text(place: Place | None) -> str:
    """Say where, in one line or two."""
    if place is None:
        return ""
    note = f" ({place.note})" if place.note else ""
    return f"{place.file}, line {place.line}{note}\n    {place.source}"
