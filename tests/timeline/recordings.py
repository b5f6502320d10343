"""Recordings: of the programs beside this file, and of nothing, written by hand."""

import inspect
import os
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import anyio

from minitasks.timeline.calls import View
from minitasks.timeline.events import Event, Kind, Timeline
from minitasks.timeline.record import record
from minitasks.tracing.threads import Lane
from tests.timeline import programs

FILE = "/home/ada/shop/orders.py"
SOURCE = '''\
async def send(block: str) -> None:  # the loop is free meanwhile
    """Send it."""
    await sleep(1)


def save(product: str) -> int:
    return len(product)
'''
LOOP = Lane(7, "event loop", "event loop")
WORKER = Lane(3, "worker thread", "worker thread 1")
CLIENT = Lane(5, "client", "client")

# What a name, a value or a line of source may try.
HOSTILE_TEXTS = (
    "</script><script>window.hacked = 1</script>",
    "<!--<script>",
    "<img src=x onerror='window.hacked = 1'>",
    "\"quoted\" 'quoted' `quoted` & &amp; $page ${hacked} \\u003c \\",
    "two\u2028lines\u2029and\x00control\x1b[31m",
    "emoji 👩‍🚀 and half of one \ud83d, right to left \u202e",
    "__proto__",
)


def recording_of(
    program: programs.Program,
    backend: str = "asyncio",
    files: Iterable[str | os.PathLike[str]] = (programs.__file__,),
    **options: Any,
) -> Timeline:
    """Record a program: a sync one as it is, an async one on an event loop."""
    with record(files, **options) as recording:
        if inspect.iscoroutinefunction(program):
            anyio.run(program, backend=backend)
        else:
            program()
    return recording.timeline


def of(function: str, timeline: Timeline) -> list[Event]:
    return [event for event in timeline.events if event.function == function]


def event(
    kind: Kind,
    time: int,
    lane: Lane = LOOP,
    frame: int = 1,
    function: str = "send",
    line: int = 1,
    variables: dict[str, str] | None = None,
    text: str = "",
) -> Event:
    """Write an event by hand, in `FILE`."""
    pairs = tuple((variables or {}).items())
    return Event(kind, time, lane.number, 1, frame, FILE, function, line, pairs, text)


def view_of(*events: Event, lanes: tuple[Lane, ...] = (CLIENT, LOOP, WORKER)) -> View:
    return View(Timeline(events, lanes, {}))


OF_WORD: dict[str, dict[str, Any]] = {"worker": {"lane": WORKER.number}, "eager": {"task": 2}}


def run_of(steps: str) -> View:
    """Write a run as steps ten nanoseconds apart: their kind, their frame, where or for whom."""
    events: list[Event] = []
    for step in steps.split(", "):
        kind, frame, *words = step.split()
        made = event(kind, 10 * len(events), frame=int(frame))  # type: ignore[arg-type]
        for word in words:
            made = replace(made, **OF_WORD[word])
        events.append(made)
    return view_of(*events)


def story() -> Timeline:
    """A coroutine is suspended while a worker thread runs, and then fails."""
    block = {"block": "'b1'"}
    product = {"product": "'book'"}
    return Timeline(
        events=(
            Event("mark", 1_000, CLIENT.number, 1, 0, "", "", 0, (), "request sent"),
            event("call", 2_000, variables=block),
            event("line", 3_000, line=3, variables=block),
            event("suspend", 4_000, line=3, variables=block),
            event("call", 5_000, WORKER, 2, "save", 6, product),
            event("line", 6_000, WORKER, 2, "save", 7, product),
            event("return", 7_000, WORKER, 2, "save", 7, product, "4"),
            event("resume", 1_000_000_000, line=3, variables=block),
            event("raise", 1_000_001_000, line=3, text="OSError('no chain')"),
        ),
        lanes=(CLIENT, LOOP, WORKER),
        sources={FILE: SOURCE},
    )


def hostile() -> Timeline:
    """Every text that a recording may hold is hostile."""
    events: list[Event] = []
    sources = {}
    kinds: tuple[Kind, ...] = ("call", "line", "return", "mark")
    for number, text in enumerate(HOSTILE_TEXTS):
        file = f"/somewhere/{text}.py"
        sources[file] = f"{text}\n"
        values = ((text, text), ("x" * 1_000_000, "y" * 1_000_000))
        for kind in kinds:
            time = len(events) * 1000
            events.append(Event(kind, time, number, 1, number, file, text, 1, values, text))
    lanes = tuple(Lane(number, "thread", text) for number, text in enumerate(HOSTILE_TEXTS))
    return Timeline(tuple(events), lanes, sources)


def long_timeline(steps: int) -> Timeline:
    """As many steps as asked for, of nested calls on eight threads in two long files."""
    files = {
        f"/long/{name}.py": "\n".join(f"x = {n}  # line" for n in range(3000)) for name in "ab"
    }
    lanes = (LOOP, *(Lane(n, "worker thread", f"worker thread {n}") for n in range(10, 17)))
    kinds: tuple[Kind, ...] = ("call", "call", "line", "line", "return", "return")
    events: list[Event] = []
    while len(events) < steps:
        turn = len(events)
        lane, file = lanes[turn % 8].number, f"/long/{'ab'[turn % 2]}.py"
        for depth, kind in enumerate(kinds):
            frame = turn * 10 + (depth in (1, 2, 3, 4))
            values = (("item", str(turn)), ("depth", str(depth)))
            line = 1 + (turn * 7 + depth * 400) % 3000
            time = len(events) * 9_000
            function = f"function_{frame % 40}"
            events.append(Event(kind, time, lane, turn % 9, frame, file, function, line, values))
    return Timeline(tuple(events[:steps]), lanes, files)
