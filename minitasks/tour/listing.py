"""Listing: the tours in words, as `minitasks step --list` prints them."""

import linecache
from collections.abc import Iterator
from pathlib import Path

from minitasks.scenarios import find_scenario
from minitasks.scenarios.library import load_library
from minitasks.tour.own_program import calls_of, check_calls, modules_of
from minitasks.tour.stops import Breakpoint, find_breakpoints
from minitasks.tour.tours import TOURS
from minitasks.tracing.where import clip


def breakpoints_of(name: str) -> list[Breakpoint]:
    """Find a tour's stops in minitasks's own core and in the scenario."""
    scenario = find_scenario(name)
    library = load_library("minitasks", scenario.needs)
    places, _ = find_breakpoints(TOURS[name], library.files, scenario.file)
    return places


def list_tours() -> Iterator[str]:
    """Give a line for each tour: its name, how many stops it has, and the scenario's promise."""
    for name, stops in TOURS.items():
        yield f"{name:<17} {len(stops):>2} stops  {find_scenario(name).promise}"


def list_own_stops(path: Path) -> Iterator[str]:
    """Give a line for each call of the core in a program of one's own, at which a tour stops."""
    check_calls(path)
    for file in modules_of(path):
        for call in calls_of(file):
            text = linecache.getline(str(file), call.line).strip()
            yield clip(f"{file.name}:{call.line:<4}  {text}")


def list_stops(name: str) -> Iterator[str]:
    """Give a line for each stop of a tour: its number, thread, function, file and line."""
    for place in breakpoints_of(name):
        where = f"{place.file.name}:{place.line}"
        yield f"{place.number:>3}  {place.stop.thread:<13}  {place.stop.function:<25}  {where}"
