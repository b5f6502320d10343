"""Stops: where a tour halts and what it says there, declared apart from any line number.

A `Stop` names a function and a text on one of its lines. `find_breakpoints` looks both up in source
files, without running them, so a tour fits the core, Starlette and a learner's own file alike.
"""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Stop:
    """One halt of a tour.

    Attributes:
        thread: Where the line runs: "event loop", "worker thread", or the name of the thread.
        function: The qualified name of the function, such as "BackgroundTask.__call__".
        text: What the line says, or its beginning.
        note: Where the learner is and what happens here, in one to three sentences.
        try_this: What to type or to look at before going on.
        hit: Stop when the line is about to run for this time, counted from 1 since the last gate.
        is_gate: Whether the stops behind it wait until this one is reached, whatever the library.
    """

    thread: str
    function: str
    text: str
    note: str
    try_this: str = ""
    hit: int = 1
    is_gate: bool = False


@dataclass(frozen=True)
class Breakpoint:
    """A stop, found in a file.

    Attributes:
        number: The stop's number in its tour, counted from 1.
        stop: What was declared.
        file: The file, resolved.
        line: The line, counted from 1.
        as_declared: False where the function is there but its text is not: `line` is its first.
    """

    number: int
    stop: Stop
    file: Path
    line: int
    as_declared: bool = True


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
    number: int, stop: Stop, functions: dict[str, tuple[Path, Function]]
) -> Breakpoint | None:
    """Find one stop among the functions, by its text or else at the function's first line."""
    if stop.function not in functions:
        return None
    file, function = functions[stop.function]
    source = file.read_text(encoding="utf-8").splitlines()
    lines = lines_of(function)
    if not lines:
        return None
    for line in lines:
        if source[line - 1].strip().startswith(stop.text):
            return Breakpoint(number, stop, file, line)
    return Breakpoint(number, stop, file, lines[0], as_declared=False)


def read_functions(files: Sequence[Path]) -> dict[str, tuple[Path, Function]]:
    """Read every function of the files, by its qualified name without the <locals>."""
    found: dict[str, tuple[Path, Function]] = {}
    for file in files:
        # Of several with the same name in a file the last one counts: the first are overloads.
        functions = dict(functions_in(ast.parse(file.read_text(encoding="utf-8"))))
        for name, function in functions.items():
            found.setdefault(name, (file.resolve(), function))
    return found


def functions_in(node: ast.AST, within: str = "") -> Iterator[tuple[str, Function]]:
    """Give the functions below a node of a syntax tree, with their qualified names."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Function | ast.ClassDef):
            if isinstance(child, Function):
                yield within + child.name, child
            yield from functions_in(child, f"{within}{child.name}.")
        else:
            yield from functions_in(child, within)


def lines_of(function: Function) -> list[int]:
    """Give the lines on which the function's own statements begin, but for its docstring."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return sorted(line for statement in body for line in statement_lines(statement))


def statement_lines(node: ast.AST) -> Iterator[int]:
    """Give the line of a statement and of those within it, but not within another function."""
    if isinstance(node, ast.stmt):
        yield node.lineno
    if not isinstance(node, Function | ast.ClassDef):
        for child in ast.iter_child_nodes(node):
            # Statements stand in statements, and in the branches of `try` and `match`.
            if isinstance(child, ast.stmt | ast.excepthandler | ast.match_case):
                yield from statement_lines(child)
