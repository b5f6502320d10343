"""Listing: the tours in words, for the terminal and for the documentation."""

import linecache
import re
from collections.abc import Iterator
from pathlib import Path

from minitasks.scenarios import find_scenario
from minitasks.scenarios.library import load_library
from minitasks.tour.own_program import calls_of, check_calls, modules_of
from minitasks.tour.stops import Breakpoint, find_breakpoints
from minitasks.tour.tours import TOURS
from minitasks.tracing.where import clip, wording

MARKUP = re.compile(r"[\\_*<\[\]]")


def breakpoints_of(name: str) -> list[Breakpoint]:
    """Find a tour's stops in minitasks's own core and in the scenario.

    Raises:
        CannotRun: There is no such scenario.
    """
    scenario = find_scenario(name)
    library = load_library("minitasks", scenario.needs)
    places, _ = find_breakpoints(TOURS[name], library.files, scenario.file)
    return places


def list_tours() -> Iterator[str]:
    """Give a line for each tour: its name, how many stops it has, and the scenario's promise."""
    for name, stops in TOURS.items():
        yield f"{name:<17} {len(stops):>2} stops  {find_scenario(name).promise}"


def list_own_stops(path: Path) -> Iterator[str]:
    """Give a line for each call of the core in a program of one's own, at which a tour stops.

    Raises:
        CannotRun: There is no such program, or it calls nothing of the core.
    """
    check_calls(path)
    for file in modules_of(path):
        for call in calls_of(file):
            text = linecache.getline(str(file), call.line).strip()
            yield clip(f"{file.name}:{call.line:<4}  {text}")


def list_stops(name: str) -> Iterator[str]:
    """Give a line for each stop of a tour: its number, thread, function, file and line.

    Raises:
        CannotRun: There is no such scenario.
    """
    for place in breakpoints_of(name):
        where = f"{place.file.name}:{place.line}"
        yield f"{place.number:>3}  {place.stop.thread:<13}  {place.stop.function:<25}  {where}"


def tour_as_markdown(name: str) -> str:
    """Write a tour as a page's section: a heading, the promise, and each stop with its note.

    Args:
        name: The scenario's name, such as "register-product".
    """
    stops = [stop_as_markdown(place) for place in breakpoints_of(name)]
    return "\n".join([f"### {name}\n", f"{find_scenario(name).promise}\n", *stops])


def stop_as_markdown(place: Breakpoint) -> str:
    """Write one stop: where it is, the line itself, and what the tour says there."""
    stop = place.stop
    where = f"{wording(stop.thread)}: `{stop.function}` in `{place.file.name}`"
    parts = [
        f"**Stop {place.number}**, {where}",
        f"```python\n{text_of(place)}\n```",
        escaped(stop.note),
    ]
    if stop.try_this:
        parts.append(f"*Look:* {escaped(stop.try_this)}")
    return "\n\n".join(parts) + "\n"


def text_of(place: Breakpoint) -> str:
    """Give the line at which a stop is."""
    return linecache.getline(str(place.file), place.line).strip()


def escaped(text: str) -> str:
    """Keep Markdown from reading anything into a text, but for its `code`."""
    plain_and_code = text.split("`")
    plain_and_code[::2] = [MARKUP.sub(r"\\\g<0>", plain) for plain in plain_and_code[::2]]
    return "`".join(plain_and_code)
