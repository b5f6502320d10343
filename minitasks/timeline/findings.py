"""Findings: what a run has shown, each a sentence computed from what was recorded.

Those on any program are made in own_findings.py, those on a scenario in scenario_findings.py.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from minitasks.timeline.calls import Call, View
from minitasks.timeline.events import Timeline
from minitasks.tracing.threads import Lane


@dataclass(frozen=True)
class Finding:
    """One sentence on a run.

    Attributes:
        holds: Whether the run did what minitasks and Starlette do.
        text: What it did.
        differs: It does not hold, but a library may want it so, such as tasks side by side.
        kind: What it is about, such as "ran" or "held"; empty for a scenario's own sentences.
        figures: What it says, by name: names, lines, milliseconds.
    """

    holds: bool
    text: str
    differs: bool = False
    kind: str = ""
    figures: dict[str, Any] = field(default_factory=dict)


def found(kind: str, text: str, holds: bool = True, **figures: Any) -> Finding:
    """Make a finding of some kind, with its figures."""
    return Finding(holds, text, kind=kind, figures=figures)


def repeated(finding: Finding, number: int, more: str) -> Finding:
    """Say how often it happened, as a figure and, if that is more than once, in words."""
    text, figures = finding.text + (more if number > 1 else ""), finding.figures
    return replace(finding, text=text, figures={**figures, "times": number})


def in_ms(nanoseconds: int) -> float:
    return round(nanoseconds / 1e6, 3)


def full(timeline: Timeline) -> Iterator[Finding]:
    """Say that a recording ended before its program, if it did."""
    if timeline.dropped:
        text = f"The recording was full after {len(timeline.events)} events: the rest is not shown."
        yield Finding(False, text)


def named_in(finding: Finding, view: View) -> list[Call]:
    """List the first call of each function that a sentence names, in the order of its words."""
    figures = finding.figures
    named = figures.get("tasks") or ([figures["function"]] if "function" in figures else [])
    words = [name.rpartition(".")[2] for name in named] or re.findall(r"\w+", finding.text)
    return [call for word in dict.fromkeys(words) if (call := view.call(word)) is not None]


def span(start: int, end: int) -> str:
    """Say how long it is from one moment to another."""
    milliseconds = (end - start) / 1e6
    digits = 0 if milliseconds >= 10 else 1 if milliseconds >= 0.1 else 2
    return f"{milliseconds:.{digits}f} ms"


def times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"


def place(lane: Lane) -> str:
    if lane.kind != "event loop":
        return f"in {lane.name}"
    return "on the event loop's thread" if lane.name == "event loop" else f"on {lane.name}"
