"""Own code: what of a recorded run is the program's own, and what of it belongs to one request.

`Run` answers what the sentences ask (own_findings.py, raised.py, holds.py): who called whom, where
a function stands, which marks a request left.
"""

import ast
import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from operator import attrgetter
from pathlib import Path
from urllib.parse import unquote

from minitasks.timeline.budget import LEFT_OUT
from minitasks.timeline.calls import COMPREHENSIONS, Call, Slice, View
from minitasks.timeline.events import Event, Timeline
from minitasks.timeline.stalls import HELD_FOR

Function = ast.FunctionDef | ast.AsyncFunctionDef
YIELDS = ast.Yield | ast.YieldFrom
RUNNER = "BackgroundTask.__call__"  # the function that runs a task
NAMELESS = {
    "<genexpr>": "a generator expression",
    "<lambda>": "a lambda",
    **dict.fromkeys(COMPREHENSIONS, "a comprehension"),
}
# The repr of what a task calls: a function, a class, or an object of a class.
ADDED = re.compile(
    r"(?:BackgroundTask\(func=)*+(?:partial\()?+"
    r"(?:<(?:(class )|function |method |built-in )(\S+)>"
    r"|<?(?!BackgroundTask\b|partial\b)(\w+)[>(])"
)
# A mark of the watch that asks the event loop for turns.
HELD = re.compile(HELD_FOR + r"(\d+) ms by (?:(\S+) in (.*):(\d+)|thread (\d+))$")


@dataclass(frozen=True)
class Run:
    """A recorded run, or what of it belongs to one request."""

    view: View  # all that was recorded
    own: frozenset[str]  # the program's own files; the others are libraries'
    request: int = 0  # its number; 0: everything

    @property
    def timeline(self) -> Timeline:
        return self.view.timeline

    @cached_property
    def events(self) -> Sequence[Event]:
        """The events of this run, in the order of time."""
        every = self.timeline.events
        return self.view.events_of.get(self.request, []) if self.request else every

    @cached_property
    def calls(self) -> list[Call]:
        """The calls of this run, in the order in which they began."""
        return [call for call in self.view.all_calls if self.is_here(call.event)]

    @cached_property
    def marks(self) -> list[Event]:
        return [event for event in self.events if event.kind == "mark"]

    def receiver(self, call: Call) -> Call | None:
        """Give the call of own code that got what a call raised.

        None for a finalizer, where another task began, and where a library got it.
        """
        under = call.slices[-1].under
        if under is None or call.name == "__del__" or under.call.file not in self.own:
            return None
        return under.call if under.call.event.task == call.event.task else None

    @cached_property
    def raised(self) -> dict[int, list[Call]]:
        """By where an exception began, the calls that it left, one after another."""
        found: dict[int, list[Call]] = defaultdict(list)
        raising = [call for call in self.calls if call.ended == "raise"]
        for call in sorted(raising, key=lambda call: call.last):
            found[self.origins(call)[0]].append(call)
        return found

    def origins(self, call: Call) -> tuple[int, ...]:
        """Give the number of the call in which began what a call raised; of a group more."""
        return self.timeline.events[call.last].began_in

    @cached_property
    def functions(self) -> dict[tuple[str, str], list[Function]]:
        """The program's own functions, by file and qualified name, which several may share."""
        named: dict[tuple[str, str], list[Function]] = defaultdict(list)
        for file in self.own:
            for name, node in functions_of(self.timeline.sources.get(file, "")):
                named[file, name].append(node)
        return dict(named)

    def function(self, event: Event) -> Function | None:
        """Find the program's own function in which something happened."""
        nodes = self.functions.get((event.file, event.function), [])
        here = [each for each in nodes if first_line(each) <= event.line <= (each.end_lineno or 0)]
        return next(iter(here or nodes), None)

    def events_in(self, part: Slice) -> list[Event]:
        """Give the events of a slice's time on its thread; of one that is open, to its end."""
        lane = part.lane
        end = bisect_right(self.timeline.events, part.end, key=attrgetter("time"))
        return [event for event in self.timeline.events[part.first : end] if event.lane == lane]

    def is_here(self, event: Event) -> bool:
        """Tell whether an event belongs to this run."""
        return self.request in (0, event.request)

    @cached_property
    def is_whole(self) -> bool:
        """Whether no steps are left out."""
        return not any(map(is_left_out, self.marks))

    @cached_property
    def stalls(self) -> list[tuple[int, int, re.Match[str]]]:
        """When the loop was held by what is not recorded in it: from, to, what the mark says."""
        said = [(mark.time, HELD.match(mark.text)) for mark in self.view.all_marks]
        return [(end - int(held[1]) * 1_000_000, end, held) for end, held in said if held]

    def is_own(self, call: Call) -> bool:
        """Tell whether a call is of a function of the program's own."""
        return (call.file, call.function) in self.functions

    def is_async(self, call: Call) -> bool:
        """Tell whether a call is of an async function of the program's own."""
        return isinstance(self.function(call.event), ast.AsyncFunctionDef)

    @cached_property
    def steps(self) -> dict[int, dict[str, Event]]:
        """The first marks of each request, and of all (0), by their last words.

        Those of its steps are "arrives", "sent" and "done".
        """
        found: dict[int, dict[str, Event]] = defaultdict(dict)
        for mark in self.view.all_marks:
            for number in {0, mark.request}:
                found[number].setdefault(mark.text.rpartition(" ")[2], mark)
        return found

    def mark(self, step: str) -> Event | None:
        """Find the mark of a step of this request."""
        return self.steps[self.request].get(step)

    @cached_property
    def client_steps(self) -> list[Event]:
        """The marks of all clients."""
        return [mark for mark in self.view.all_marks if self.view.lane(mark).kind == "client"]

    def client_marks(self, arrives: Event | None) -> list[Event]:
        """Give a client's marks from the sending of a request on, if it is of this process."""
        if arrives is None:
            return []
        marks = self.client_steps
        sent = bisect_left(marks, arrives.time, key=attrgetter("time")) - 1
        name = arrives.text.removesuffix(" arrives")
        # The path, with whatever query.
        is_for_it = (
            sent >= 0 and unquote(marks[sent].text.partition("?")[0]) == f"request sent: {name}"
        )
        return marks[sent:] if is_for_it else []

    def line(self, event: Event) -> int:
        """Give the line of the `def` in which something happened; what has none: its own line."""
        node = self.function(event)
        return node.lineno if node is not None else event.line

    def where(self, event: Event) -> str:
        """Name the function in which something happened with its file, short, and its line."""
        name = event.function.rpartition(".")[2]
        return f"{NAMELESS.get(name, name)} ({short(event.file)}:{self.line(event)})"


@cache
def functions_of(source: str) -> tuple[tuple[str, Function], ...]:
    """Give the functions of a file, each with its qualified name."""

    def walk(node: ast.AST, prefix: str) -> Iterator[tuple[str, Function]]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
                yield prefix + child.name, child
                yield from walk(child, f"{prefix}{child.name}.<locals>.")
            elif isinstance(child, ast.ClassDef):
                yield from walk(child, f"{prefix}{child.name}.")
            else:
                yield from walk(child, prefix)

    try:
        return tuple(walk(ast.parse(source), ""))
    except SyntaxError:
        return ()


def first_line(function: Function) -> int:
    """Give the line on which a function begins: its first decorator's, if it has one."""
    return min([function.lineno, *(each.lineno for each in function.decorator_list)])


def short(file: str) -> str:
    """Name a file by its folder and its own name."""
    return "/".join(Path(file).parts[-2:])


def is_generator(node: Function | None) -> bool:
    return node is not None and any(isinstance(each, YIELDS) for each in ast.walk(node))


def is_left_out(mark: Event) -> bool:
    return mark.text.endswith(LEFT_OUT)


def status_of(sent: Event) -> int:
    """Read the status of an answer from its mark."""
    return int(sent.text.split()[-2])


def begun_at(run: Run, arrives: Event) -> int:
    """Say when a request was sent, or else arrived."""
    return next((mark.time for mark in run.client_marks(arrives)), arrives.time)


def added_name(text: str) -> str:
    """Read from a repr what a task has, or is given, to call; empty where that can't be told."""
    added = ADDED.match(text)
    if added is None:
        return ""
    is_class, function, kind = added.groups(default="")
    return f"{kind} object" if kind else is_class + function.rpartition(".")[2]


def added_to(runner: Call) -> str:
    """Likewise from the call of a task."""
    return added_name(dict(runner.arguments).get("self", ""))
