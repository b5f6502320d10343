"""Own findings: what a recording shows of a program or a request that nobody here has seen before.

Each function below looks for one kind of thing and says it only where the recording proves it.
`find_own` asks them all. A `Finding` has its figures beside its text, for tests and for JSON.
"""

import ast
import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

from minitasks.timeline.calls import Call, Slice, View
from minitasks.timeline.events import Event, Timeline
from minitasks.timeline.findings import Finding, place, span
from minitasks.timeline.recorder import CUT_SHORT
from minitasks.tracing.threads import Lane

Function = ast.FunctionDef | ast.AsyncFunctionDef

SLOW = 50  # milliseconds that a step may hold the event loop without being told of

# What recording an event costs at most, in nanoseconds: it is not the program's own slowness.
COST = 20_000


@dataclass(frozen=True)
class Run:
    """A recorded run, or what of it belongs to one request.

    Attributes:
        view: All that was recorded.
        own: The files that are the program's own; the others are libraries'.
        request: The number of the request, or 0 for everything.
    """

    view: View
    own: frozenset[str]
    request: int = 0

    @property
    def timeline(self) -> Timeline:
        """The events, the lanes and the sources."""
        return self.view.timeline

    @cached_property
    def calls(self) -> list[Call]:
        """The calls of this run, in the order in which they began."""
        return [call for call in self.view.all_calls if self.is_here(self.first_event(call))]

    @cached_property
    def starts(self) -> list[int]:
        """The moments at which they began."""
        return [call.start for call in self.calls]

    @cached_property
    def marks(self) -> list[Event]:
        """The marks of this run."""
        return [mark for mark in self.view.all_marks if self.is_here(mark)]

    @cached_property
    def lanes(self) -> dict[int, Lane]:
        """The lanes by their numbers."""
        return {lane.number: lane for lane in self.timeline.lanes}

    @cached_property
    def callers(self) -> dict[int, Call]:
        """For the first event of each call the call that made it, on the same thread.

        None made those that an event loop began.
        """
        made: dict[int, Call] = {}
        below: dict[int, dict[int, tuple[Slice, Call]]] = defaultdict(dict)
        slices = [(part, call) for call in self.view.all_calls for part in call.slices]
        for part, call in sorted(slices, key=lambda each: each[0].first):
            below[part.lane][part.depth] = part, call
            if part.depth and part is call.slices[0]:
                under, caller = below[part.lane][part.depth - 1]
                if not (under.ended == "loop" and under.end <= part.start):
                    made[call.first] = caller
        return made

    @cached_property
    def functions(self) -> dict[tuple[str, str], Function]:
        """The program's own functions, by file and qualified name."""
        return {
            (file, name): node
            for file in self.own
            for name, node in functions_of(self.timeline.sources.get(file, ""))
        }

    @cached_property
    def times(self) -> list[int]:
        """The moments of all events."""
        return [event.time for event in self.timeline.events]

    def events_in(self, part: Slice) -> Sequence[Event]:
        """Give the events of a slice's time, on every thread; of one that is open, to its end."""
        return self.timeline.events[part.first : bisect_right(self.times, part.end)]

    def is_here(self, event: Event) -> bool:
        """Tell whether an event belongs to this run."""
        return self.request in (0, event.request)

    def first_event(self, call: Call) -> Event:
        """Give the event with which a call began."""
        return self.timeline.events[call.first]

    def is_own(self, call: Call) -> bool:
        """Tell whether a call is of a function of the program's own."""
        return (call.file, call.function) in self.functions

    def is_async(self, call: Call) -> bool:
        """Tell whether a call is of an async function of the program's own."""
        node = self.functions.get((call.file, call.function))
        return isinstance(node, ast.AsyncFunctionDef)

    def mark(self, ending: str) -> Event | None:
        """Find the first mark with such an ending."""
        return next((mark for mark in self.marks if mark.text.endswith(ending)), None)

    def line(self, call: Call) -> int:
        """Give the line of the `def` of one of the program's own functions."""
        return self.functions[call.file, call.function].lineno

    def where(self, call: Call) -> str:
        """Name a function of the program's own with its file, short, and its line."""
        return f"{call.name} ({short(call.file)}:{self.line(call)})"


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


def short(file: str) -> str:
    """Name a file by its folder and its own name."""
    return "/".join(Path(file).parts[-2:])


def find_own(run: Run, slow: float = SLOW) -> list[Finding]:
    """Say what a run has shown.

    Args:
        run: What was recorded of it.
        slow: How many milliseconds a step may hold the event loop without being told of.
    """
    tasks = tasks_of(run)
    return [
        *where_each_ran(run),
        *sent_before(run, tasks),
        *in_order(tasks),
        *waited_for_a_token(run),
        *what_was_raised(run, tasks),
        *never_awaited(run),
        *held_the_loop(run, slow),
        *waited_for_the_loop(run, slow),
        *held_elsewhere(run),
        *cut_short(run),
    ]


# -- where each function ran ----------------------------------------------------------------------


def where_each_ran(run: Run) -> Iterator[Finding]:
    """Say of each own function where it ran, and why there."""
    of_function: dict[tuple[str, str], list[Call]] = defaultdict(list)
    for call in run.calls:
        if run.is_own(call) and is_worth_telling(run, call):
            of_function[call.file, call.function].append(call)
    for some in of_function.values():
        first = some[0]
        slices = [part for call in some for part in call.slices]
        lanes = {part.lane: run.lanes[part.lane] for part in slices}
        where = " and ".join(dict.fromkeys(ran_on(run, part) for part in slices))
        caller = run.callers.get(first.first)
        why = "async" if run.is_async(first) else "sync"
        on_loop = any(map(run.view.is_on_loop, slices))
        if why == "sync" and on_loop and caller is not None and run.is_async(caller):
            why = f"sync, and called by {caller.name}, which is async"
        yield Finding(
            True,
            f"{run.where(first)} is {why}: it ran {where}.",
            kind="ran",
            figures={
                "function": first.function,
                "file": first.file,
                "line": run.line(first),
                "is_async": run.is_async(first),
                "calls": len(some),
                "lanes": [lane.name for lane in lanes.values()],
                "on_event_loop": on_loop,
            },
        )


def ran_on(run: Run, part: Slice) -> str:
    """Say where something ran."""
    lane = run.lanes[part.lane]
    if lane.kind == "event loop" and not run.view.is_on_loop(part):
        loop = "the event loop" if lane.name == "event loop" else lane.name
        return f"outside {loop}, on its thread"
    known = {"event loop": "on the event loop", "MainThread": "in the main thread"}
    return known.get(lane.name) or place(lane)


def is_entry(run: Run, call: Call) -> bool:
    """Tell whether no function of the program's own called this one."""
    caller = run.callers.get(call.first)
    while caller is not None and not run.is_own(caller):
        caller = run.callers.get(caller.first)
    return caller is None


def is_worth_telling(run: Run, call: Call) -> bool:
    """Tell whether it is not plain where a call ran: only a sync one of a sync one's is."""
    caller = run.callers.get(call.first)
    if caller is None or not run.is_own(caller):
        return True
    return run.is_async(call) or run.is_async(caller)


# -- the answer and the tasks ---------------------------------------------------------------------


def tasks_of(run: Run) -> list[Call]:
    """List the calls of background tasks' functions, in the order in which they were called."""
    return [
        task
        for runner in run.calls
        if runner.function == "BackgroundTask.__call__"
        and (task := called_by(run, runner)) is not None
    ]


def called_by(run: Run, runner: Call) -> Call | None:
    """Find the own function that a background task called, here or in a worker thread."""
    number = run.first_event(runner).task
    starts = run.starts
    within = run.calls[bisect_right(starts, runner.start) : bisect_left(starts, runner.end)]
    here = [call for call in within if run.callers.get(call.first) is runner]
    if any(call.function == "run_in_threadpool" for call in here):
        # What the function itself hands to other threads comes after it.
        here = [
            call
            for call in within
            if call.lane.kind == "worker thread"
            and call.first not in run.callers
            and run.first_event(call).task == number
        ]
    is_named = (run.is_own(call) or call.name == "<lambda>" for call in here[:1])
    return here[0] if any(is_named) else None


def sent_before(run: Run, tasks: list[Call]) -> Iterator[Finding]:
    """Say that the answer was sent before the first task, and how long the tasks went on."""
    sent = run.mark(" sent")
    if sent is None or not tasks:
        return
    first, status = tasks[0], sent.text.split()[-2]
    if first.start < sent.time:
        text = f"{first.name} was called before the answer ({status}) was sent."
        figures = {"status": int(status), "first": False, "function": first.function}
        yield Finding(False, text, kind="sent", figures=figures)
        return
    text = f"The answer ({status}) was sent {span(sent.time, first.start)} before {first.name}"
    text += " was called"
    answer = arrival(run, sent)
    if answer is not None:
        side = "before" if answer.time < first.start else "after"
        gap = span(*sorted((answer.time, first.start)))
        text += f"; the client had it {gap} {side} that call"
    last = max(task.end for task in tasks)
    text += f". The last task ended {span(sent.time, last)} after it was sent."
    milliseconds = {"before_task": first.start - sent.time, "until_last_task": last - sent.time}
    yield Finding(
        True,
        text,
        kind="sent",
        figures={
            "status": int(status),
            "first": True,
            "function": first.function,
            **in_milliseconds(milliseconds),
        },
    )


def arrival(run: Run, sent: Event) -> Event | None:
    """Find when the client that sent a request had its answer, if it left marks here."""
    arrives = run.mark(" arrives")
    if arrives is None:
        return None
    steps = [
        event
        for event in run.timeline.events
        if event.kind == "mark" and run.lanes[event.lane].kind == "client"
    ]
    asked = [event for event in steps if event.time < arrives.time]
    name = arrives.text.removesuffix(" arrives")
    if not asked or not is_request_for(asked[-1], name):
        return None
    answers = [event for event in steps if event.time > sent.time]
    return answers[0] if answers and answers[0].text.startswith("response") else None


def is_request_for(event: Event, name: str) -> bool:
    """Tell whether a client's mark is of a request to a path, with whatever query."""
    return unquote(event.text.partition("?")[0]) == f"request sent: {name}"


def in_order(tasks: list[Call]) -> Iterator[Finding]:
    """Say in which order the tasks ran, and whether one by one."""
    if len(tasks) < 2:
        return
    names = ", ".join(task.name for task in tasks)
    one_by_one = all(earlier.end <= later.start for earlier, later in pairwise(tasks))
    how = "each when the one before it had ended" if one_by_one else "some of them side by side"
    yield Finding(
        True,
        f"The tasks ran in this order, {how}: {names}.",
        kind="order",
        figures={"tasks": [task.name for task in tasks], "one_by_one": one_by_one},
    )


def in_milliseconds(figures: dict[str, int]) -> dict[str, float]:
    """Turn nanoseconds into milliseconds."""
    return {name: round(value / 1e6, 3) for name, value in figures.items()}


# -- tokens ---------------------------------------------------------------------------------------


def waited_for_a_token(run: Run) -> Iterator[Finding]:
    """Say which sync function waited because no token was free when it was handed over."""
    for mark in run.marks:
        if not mark.text.startswith("no token is free: all "):
            continue
        begun = [
            call
            for call in run.calls
            if call.lane.kind == "worker thread"
            and run.first_event(call).task == mark.task
            and call.start > mark.time
            and call.first not in run.callers
        ]
        if begun:
            call = begun[0]
            tokens = mark.text.split()[-3]
            yield Finding(
                True,
                f"{run.where(call)} waited {span(mark.time, call.start)} for one of "
                f"the {tokens} tokens.",
                kind="waited",
                figures={
                    "function": call.function,
                    "tokens": int(tokens),
                    **in_milliseconds({"milliseconds": call.start - mark.time}),
                },
            )


# -- what was raised ------------------------------------------------------------------------------


def what_was_raised(run: Run, tasks: list[Call]) -> Iterator[Finding]:
    """Say what each own function raised, where it began, and what became of it."""
    for call in run.calls:
        kind = call.text.partition("(")[0]
        if call.ended != "raise" or not run.is_own(call) or kind in ENDS or came_from(run, call):
            continue
        became = what_became(run, call, tasks)
        raised = "was cancelled." if kind in CANCELLED else f"raised {call.text}: {became}"
        yield Finding(
            # An exception that a framework turns into "not found" is how one says it.
            became.startswith("the answer was 4"),
            f"{run.where(call)} {raised}",
            kind="raised",
            figures={"function": call.function, "error": kind, "is_task": call in tasks},
        )


# By these a generator ends, or is ended: nothing went wrong.
ENDS = ("GeneratorExit", "StopIteration", "StopAsyncIteration")
CANCELLED = ("CancelledError", "Cancelled")


def came_from(run: Run, call: Call) -> bool:
    """Tell whether a call only passed on what another one, while it ran, had raised."""
    task = run.first_event(call).task
    return any(
        other is not call
        and other.ended == "raise"
        and is_same_error(other.text, call.text)
        and call.start <= other.start
        and other.end <= call.end
        and run.first_event(other).task == task
        for other in run.calls
        if run.is_own(other)
    )


def is_same_error(one: str, other: str) -> bool:
    """Tell whether two reprs are of one exception; at the recursion limit one is cut short."""
    return one == other or {part.partition("(")[0].strip("<>") for part in (one, other)} == {
        "RecursionError"
    }


def what_became(run: Run, call: Call, tasks: list[Call]) -> str:
    """Say what became of an exception."""
    kind = call.text.partition("(")[0]
    sent = run.mark(" sent")
    status = sent.text.split()[-2] if sent is not None and sent.time > call.end else ""
    marks = [mark.text for mark in run.marks if mark.time >= call.end]
    arrived = [text for text in marks if text.startswith("exception reaches")]
    reached = any(kind in text for text in arrived)
    if reached and sent is not None and not status:
        return "it reached the server, which can only log it: the answer was sent before."
    if arrived and not reached and call in tasks and "RuntimeError" in arrived[0]:
        return "it reached the server as a RuntimeError, for the answer was sent before."
    if reached:
        answer = f"the answer was {status}" if status else "the application sent no answer"
        return f"{answer}, and it reached the server, which logs it."
    if status and call not in tasks:
        return f"the answer was {status}."
    if any(mark.text.endswith(" arrives") for mark in run.view.all_marks):
        return "the server did not see it."
    ended = [each for each in run.calls if each.function == "<module>" and each.text == call.text]
    return "it ended the program." if ended else "the program handled it."


# -- lost coroutines ------------------------------------------------------------------------------


def never_awaited(run: Run) -> Iterator[Finding]:
    """Say which coroutine nobody awaited, as Python's warning tells."""
    for mark in run.marks:
        _, found, name = mark.text.partition("RuntimeWarning: coroutine '")
        if found and name.endswith("' was never awaited"):
            function = name.partition("'")[0]
            yield Finding(
                False,
                f"{function} was called, and nobody awaited its coroutine: it did not run.",
                kind="never awaited",
                figures={"function": function},
            )


# -- what held the event loop ---------------------------------------------------------------------


def held_the_loop(run: Run, slow: float = SLOW) -> Iterator[Finding]:
    """Say which own function kept the event loop's thread for longer than `slow` milliseconds."""
    for call, part in holds(run, slow):
        if run.is_here(run.first_event(call)):
            yield held_by(run, call, part)


def waited_for_the_loop(run: Run, slow: float = SLOW) -> Iterator[Finding]:
    """Say for how long another request's work kept this one from the event loop."""
    arrives, sent = run.mark(" arrives"), run.mark(" sent")
    if not run.request or arrives is None or sent is None:
        return
    begun = sent_by_client(run, arrives) or arrives.time
    for call, part in holds(run, slow):
        waited = min(part.end, sent.time) - max(part.start, begun)
        is_of_another = run.first_event(call).request != run.request
        if is_of_another and waited >= slow * 1e6 and goes_on_at_once(run, part, slow):
            yield Finding(
                False,
                f"It waited {span(0, waited)} for the event loop, which {run.where(call)} held.",
                kind="held up",
                figures={"function": call.function, **in_milliseconds({"milliseconds": waited})},
            )


def goes_on_at_once(run: Run, part: Slice, slow: float) -> bool:
    """Tell whether a request goes on when a slice ends: else it waited for something else."""
    later = run.timeline.events[bisect_left(run.times, part.end) :]
    goes_on = next((each.time for each in later if each.request == run.request), None)
    return goes_on is not None and goes_on - part.end <= slow * 1e6


HELD = re.compile(r"event loop held for (\d+) ms by (\S+) in (.*):(\d+)$")


def held_elsewhere(run: Run) -> Iterator[Finding]:
    """Say what held the event loop while this ran, where it was code that is not recorded."""
    begun, done = run.mark(" arrives"), run.mark(" done")
    for mark in run.view.all_marks:
        if held := HELD.match(mark.text):
            began = mark.time - int(held[1]) * 1_000_000
            if begun and done and not (begun.time < mark.time and began < done.time):
                continue
            yield Finding(
                False,
                f"The event loop stood still for {held[1]} ms or more in code that is not "
                f"recorded: {held[2]} ({short(held[3])}:{held[4]}).",
                kind="held",
                figures={
                    "function": held[2],
                    "file": held[3],
                    "line": int(held[4]),
                    "milliseconds": float(held[1]),
                },
            )


def cut_short(run: Run) -> Iterator[Finding]:
    """Say in which thread steps are missing, since a recursion left the recorder no room."""
    for mark in run.marks:
        if mark.text == CUT_SHORT:
            lane = run.lanes[mark.lane]
            yield Finding(
                False,
                f"A recursion came to its limit {place(lane)}: from there on Python 3.11 tells "
                "nothing more of that thread, and it is not recorded.",
                kind="cut short",
                figures={"lane": lane.name},
            )


def holds(run: Run, slow: float) -> Iterator[tuple[Call, Slice]]:
    """Find the slices of own functions that held the event loop, whichever request's they are."""
    for call in run.view.all_calls:
        if run.is_own(call) and is_entry(run, call):
            for part in call.slices:
                # What the recording itself took is not the program's.
                took = part.end - part.start - COST * len(run.events_in(part))
                if run.view.is_on_loop(part) and took >= slow * 1e6:
                    yield call, part


def held_by(run: Run, call: Call, part: Slice) -> Finding:
    """Say how long a slice held the event loop, on which line most of it, and who waited."""
    here = [x for x in run.events_in(part) if x.lane == part.lane and x.kind != "mark"]
    where, spent = longest(here, part.end)
    took, waited = part.end - part.start, requests_under_way(run, part)
    if where is not None and spent * 2 > took:
        call = innermost_async(run, where) or call
    kind = "async" if run.is_async(call) else "sync"
    text = f"{run.where(call)} is {kind} and held the event loop for {span(0, took)}"
    figures: dict[str, object] = {
        "function": call.function,
        "file": call.file,
        **in_milliseconds({"milliseconds": took}),
        "requests_waited": waited,
    }
    if where is not None and spent * 2 > took:
        line = source_line(run, where)
        place = "" if where.file == call.file else f" of {short(where.file)}"
        text += f" at line {where.line}{place}, `{line}`"
        figures |= {"line": where.line, "source": line}
    if waited:
        text += f"; {waited} {'request' if waited == 1 else 'requests'} waited"
    return Finding(False, f"{text}.", kind="held", figures=figures)


def innermost_async(run: Run, event: Event) -> Call | None:
    """Find the own async call, the innermost, in which something happened on the event loop."""
    within = [
        (part.start, call)
        for call in run.view.all_calls
        if run.is_async(call)
        for part in call.slices
        if part.lane == event.lane and part.start <= event.time <= part.end
    ]
    return max(within, key=lambda each: each[0])[1] if within else None


def longest(events: list[Event], end: int) -> tuple[Event | None, int]:
    """Find the own line on which most of the time was spent, and how much."""
    spent: dict[tuple[str, int], int] = defaultdict(int)
    where: dict[tuple[str, int], Event] = {}
    line_of: dict[int, Event] = {}
    stack: list[int] = []
    for event, later in pairwise([*events, None]):
        assert event is not None
        if event.kind in ("call", "resume", "line") and event.frame not in stack:
            stack.append(event.frame)
        if event.kind == "line" or event.frame not in line_of:
            line_of[event.frame] = event
        if event.kind in ("return", "raise", "suspend") and event.frame in stack:
            stack.remove(event.frame)
        if not stack:
            continue
        at = line_of[stack[-1]]
        key = (at.file, at.line)
        where[key] = at
        spent[key] += (end if later is None else later.time) - event.time
    if not spent:
        return None, 0
    key = max(spent, key=lambda each: spent[each])
    return where[key], spent[key]


def source_line(run: Run, event: Event) -> str:
    """Give the text of the line that an event names."""
    lines = run.timeline.sources.get(event.file, "").splitlines()
    return lines[event.line - 1].strip() if event.line <= len(lines) else ""


def requests_under_way(run: Run, part: Slice) -> int:
    """Count the other requests that were unanswered during the whole of a slice, or sent in it.

    What came in from elsewhere meanwhile is not counted: nobody here saw when.
    """
    begun: dict[int, int] = {}
    answered: dict[int, int] = {}
    for event in run.timeline.events:
        if event.kind == "mark" and event.request:
            if event.text.endswith(" arrives"):
                begun[event.request] = sent_by_client(run, event) or event.time
            elif event.text.endswith(" sent"):
                answered[event.request] = event.time
    return sum(
        start < part.end < answered.get(number, part.end + 1)
        for number, start in begun.items()
        if number != run.timeline.events[part.first].request
    )


def sent_by_client(run: Run, arrives: Event) -> int | None:
    """Say when the client sent a request, if it left a mark here."""
    name = arrives.text.removesuffix(" arrives")
    asked = [
        event
        for event in run.timeline.events
        if event.time < arrives.time
        and event.kind == "mark"
        and run.lanes[event.lane].kind == "client"
    ]
    return asked[-1].time if asked and is_request_for(asked[-1], name) else None
