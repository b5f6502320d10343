"""Stops: where a tour halts and what it says there, declared apart from any line number.

A `Stop` names a function and a text on one of its lines. `find_breakpoints` looks both up in source
files, without running them, so a tour fits the core, Starlette and a learner's own file alike.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from inspect import CO_NEWLOCALS
from pathlib import Path
from types import CodeType

from minitasks.tracing.steps import codes_in
from minitasks.tracing.where import name_of


@dataclass(frozen=True)
class Stop:
    """One halt of a tour."""

    thread: str  # where the line runs: "event loop", "worker thread", or the thread's name
    function: str  # the qualified name, such as "BackgroundTask.__call__"
    text: str  # what the line says, or its beginning
    note: str  # where the learner is and what happens here, in one to three sentences
    try_this: str = ""  # what to type or to look at before going on
    hit: int = 1  # stop when the line is about to run for this time since the last gate
    is_gate: bool = False  # the stops behind it wait until it is reached, whatever the library


@dataclass(frozen=True)
class Breakpoint:
    """A stop, found in a file."""

    number: int  # of the stop in its tour, counted from 1
    stop: Stop  # as declared; whether it is a gate depends on the file, too
    file: Path  # resolved
    line: int  # counted from 1
    as_declared: bool  # False where the function lacks the text: the line is its first


def find_breakpoints(
    stops: Sequence[Stop], library: Sequence[Path], scenario: Path
) -> tuple[list[Breakpoint], list[tuple[int, Stop]]]:
    """Find each stop's file and line.

    Args:
        stops: The tour's stops, in order.
        library: Where to look first. The first file that has the function counts.
        scenario: Where to look then. It is the same for every library, so its stops are the gates
            that keep the story in order: Starlette calls its own functions also behind the scenes.

    Returns:
        The places, and the stops, with their numbers, that have none. Where a function is there but
        says it in other words, only its first such stop has a place: all would be on one line.
    """
    functions = read_functions([*library, scenario])
    places: list[Breakpoint] = []
    missing: list[tuple[int, Stop]] = []
    reworded = set()
    for number, stop in enumerate(stops, start=1):
        place = find_breakpoint(number, stop, functions)
        if place is None or (not place.as_declared and stop.function in reworded):
            missing.append((number, stop))
            continue
        if not place.as_declared:
            reworded.add(stop.function)
        is_gate = stop.is_gate or place.file == scenario.resolve()
        places.append(replace(place, stop=replace(stop, is_gate=is_gate)))
    return places, missing


def find_breakpoint(
    number: int, stop: Stop, functions: dict[str, tuple[Path, CodeType]]
) -> Breakpoint | None:
    """Find one stop among the functions, by its text or else at the function's first line."""
    if stop.function not in functions:
        return None
    file, code = functions[stop.function]
    source = file.read_text(encoding="utf-8").splitlines()
    first = code.co_firstlineno
    lines = sorted({line for _, _, line in code.co_lines() if line} - {first})
    if not lines and code.co_names:  # def and body on one line
        lines = [first]
    said = [line for line in lines if source[line - 1].strip().startswith(stop.text)]
    found = [*said, *lines]
    return Breakpoint(number, stop, file, found[0], bool(said)) if found else None


def read_functions(files: Sequence[Path]) -> dict[str, tuple[Path, CodeType]]:
    """Read every function of the files, by its qualified name without the <locals>."""
    found: dict[str, tuple[Path, CodeType]] = {}
    for file in files:
        module = compile(file.read_bytes(), str(file), "exec", dont_inherit=True)
        functions = [code for code in codes_in(module) if code.co_flags & CO_NEWLOCALS]
        # Of several with the same name in a file the last one counts: the first are overloads.
        for name, code in {name_of(code): code for code in functions}.items():
            found.setdefault(name, (file.resolve(), code))
    return found
