"""Show: a recorded run for the terminal: what ran, the lanes, and in words what they have shown."""

import textwrap
from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from minitasks.scenarios import Scenario
from minitasks.timeline.facts import Finding
from minitasks.timeline.lanes import ASCII, UNICODE, Glyphs, draw_lanes
from minitasks.timeline.watch import Watched
from minitasks.timeline.words import find


def show(console: Console, scenario: Scenario, title: str, watched: Watched) -> None:
    """Print a recorded run.

    Args:
        console: Where to. Its width and its encoding decide how it is drawn.
        scenario: What ran.
        title: What it ran on.
        watched: Its recording.
    """
    glyphs = UNICODE if console.encoding.startswith("utf") else ASCII
    lines = [Text(title, style="bold"), Text(scenario.promise)]
    lines += draw_lanes(watched.timeline, scenario.file, console.width, glyphs)
    for finding in findings(scenario, watched):
        lines += in_words(finding, console.width, glyphs)
    for line in lines:
        console.print(line, no_wrap=True, overflow="ignore", crop=False)


def findings(scenario: Scenario, watched: Watched) -> Iterator[Finding]:
    """Say what a run has shown, and how it ended where it did not end well."""
    yield from find(scenario.name, watched.timeline)
    if watched.timeline.dropped:
        seen = len(watched.timeline.events)
        yield Finding(False, f"The recording was full after {seen} events: the rest is not shown.")
    if watched.error:
        yield Finding(False, f"The scenario ended with {watched.error}")


def in_words(finding: Finding, width: int, glyphs: Glyphs) -> Iterator[Text]:
    """Write a sentence, with a sign before it that tells whether it holds."""
    first, *others = textwrap.wrap(finding.text, max(width - 2, 20))
    sign, style = (glyphs.holds, "green") if finding.holds else (glyphs.raises, "bold red")
    if finding.differs:
        sign, style = glyphs.differs, "bold yellow"
    yield Text.assemble((sign, style), f" {first}")
    yield from (Text(f"  {line}") for line in others)
