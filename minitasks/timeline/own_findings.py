"""Own findings: what a recording shows of a program or a request that nobody here has seen before.

Each function below looks for one kind of thing and says it only where the recording proves it.
`find_own` asks them all. A `Finding` has its figures beside its text, for tests and for JSON.
"""

import ast
import math
import re
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property, partial
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

from minitasks.timeline.calls import Call, Slice, View, is_left_to_loop
from minitasks.timeline.events import Event, Timeline
from minitasks.timeline.findings import Finding, place, sent_and_called, span
from minitasks.timeline.recorder import CUT_SHORT, LEFT_OUT
from minitasks.timeline.stalls import ANOTHER_THREAD

Function = ast.FunctionDef | ast.AsyncFunctionDef
YIELDS = ast.Yield | ast.YieldFrom
RUNNER = "BackgroundTask.__call__"
REACHES = "exception reaches the server: "

SLOW = 50  # milliseconds that a step may hold the event loop without being told of
# A mark of the watch that asks the event loop for turns.
HELD = re.compile(rf"event loop held for (\d+) ms by (?:(\S+) in (.*):(\d+)|{ANOTHER_THREAD})$")

NAMELESS = {
    "<genexpr>": "a generator expression",
    "<lambda>": "a lambda",
    **dict.fromkeys(("<listcomp>", "<setcomp>", "<dictcomp>"), "a comprehension"),
}
MOST_NAMES = 12  # of tasks in one sentence
AT_ONCE = 10  # milliseconds within which a request goes on that waited for the loop alone


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
    def calls(self) -> list[Call]:
        """The calls of this run, in the order in which they began."""
        return [call for call in self.view.all_calls if self.is_here(self.first_event(call))]

    @cached_property
    def starts(self) -> list[int]:
        """The moments at which they began."""
        return [call.start for call in self.calls]

    @cached_property
    def marks(self) -> list[Event]:
        return [mark for mark in self.view.all_marks if self.is_here(mark)]

    @cached_property
    def beneath(self) -> dict[int, tuple[Slice, Call]]:
        """For the first event of each slice what was beneath it on its thread.

        Nothing was beneath those that an event loop began.
        """
        found: dict[int, tuple[Slice, Call]] = {}
        below: dict[int, dict[int, tuple[Slice, Call]]] = defaultdict(dict)
        slices = [(part, call) for call in self.view.all_calls for part in call.slices]
        for part, call in sorted(slices, key=lambda each: each[0].first):
            below[part.lane][part.depth] = part, call
            if part.depth:
                under = below[part.lane][part.depth - 1]
                if not is_left_to_loop(under[0], part):
                    found[part.first] = under
        return found

    def caller(self, call: Call) -> Call | None:
        """Give the call that made a call, on the same thread."""
        return self.beneath.get(call.first, (None, None))[1]

    def receiver(self, call: Call) -> Call | None:
        """Give who got what a call raised; None for a finalizer, and where another task began."""
        caller = self.beneath.get(call.slices[-1].first, (None, None))[1]
        if caller is None or call.name == "__del__":
            return None
        is_same = self.first_event(caller).task == self.first_event(call).task
        return caller if is_same else None

    @cached_property
    def raised(self) -> dict[int, list[Call]]:
        """By where an exception began, the calls that it left, one after another."""
        found: dict[int, list[Call]] = defaultdict(list)
        raising = [call for call in self.calls if call.ended == "raise"]
        for call in sorted(raising, key=lambda call: call.slices[-1].last):
            found[self.origins(call)[0]].append(call)
        return found

    def origins(self, call: Call) -> tuple[int, ...]:
        """Give the number of the call in which began what a call raised; of a group more."""
        return self.timeline.events[call.slices[-1].last].began_in

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
        return self.timeline.events[call.first]

    def node(self, call: Call) -> Function | None:
        """Find the program's own function that was called."""
        return self.function(self.first_event(call))

    @cached_property
    def is_whole(self) -> bool:
        """Whether no steps are left out."""
        return not any(map(is_left_out, self.marks))

    @cached_property
    def stalls(self) -> list[tuple[int, int, re.Match[str]]]:
        """When the loop was held by what is not recorded in it: from, to, what the mark says."""
        said = [(mark.time, HELD.match(mark.text)) for mark in self.view.all_marks]
        return [(end - int(held[1]) * 1_000_000, end, held) for end, held in said if held]

    @cached_property
    def client_steps(self) -> list[Event]:
        """The marks of all clients."""
        return [mark for mark in self.view.all_marks if self.view.lane(mark).kind == "client"]

    def is_own(self, call: Call) -> bool:
        """Tell whether a call is of a function of the program's own."""
        return (call.file, call.function) in self.functions

    def is_async(self, call: Call) -> bool:
        """Tell whether a call is of an async function of the program's own."""
        return isinstance(self.node(call), ast.AsyncFunctionDef)

    def is_generator(self, call: Call) -> bool:
        node = self.node(call)
        return node is not None and is_generator(node)

    def mark(self, ending: str) -> Event | None:
        """Find the first mark with such an ending."""
        return next((mark for mark in self.marks if mark.text.endswith(ending)), None)

    def client_marks(self, arrives: Event | None) -> list[Event]:
        """Give a client's marks from the sending of a request on, if it is of this process."""
        if arrives is None:
            return []
        marks = self.client_steps
        sent = bisect_left(marks, arrives.time, key=lambda mark: mark.time) - 1
        name = arrives.text.removesuffix(" arrives")
        # The path, with whatever query.
        is_for_it = (
            sent >= 0 and unquote(marks[sent].text.partition("?")[0]) == f"request sent: {name}"
        )
        return marks[sent:] if is_for_it else []

    def line(self, call: Call) -> int:
        """Give the line of the `def` of one of the program's own functions."""
        node = self.node(call)
        assert node is not None
        return node.lineno

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


def first_line(function: Function) -> int:
    """Give the line on which a function begins: its first decorator's, if it has one."""
    return min([function.lineno, *(each.lineno for each in function.decorator_list)])


def short(file: str) -> str:
    """Name a file by its folder and its own name."""
    return "/".join(Path(file).parts[-2:])


def find_own(run: Run, slow: float = SLOW) -> list[Finding]:
    """Say what a run has shown; of a step that held the loop, from so many milliseconds on."""
    tasks = tasks_of(run)
    return [
        *where_each_ran(run),
        *where_library_ran(tasks),
        *sent_before(run, tasks),
        *in_order(tasks),
        *never_called(run),
        *waited_for_a_token(run),
        *what_was_raised(run),
        *what_a_library_raised(run),
        *never_awaited(run),
        *held_the_loop(run, slow),
        *waited_for_the_loop(run, slow),
        *held_elsewhere(run),
        *cut_short(run),
        *left_out(run),
    ]


def found(kind: str, text: str, holds: bool = True, **figures: object) -> Finding:
    """Make a finding of some kind, with its figures."""
    return Finding(holds, text, kind=kind, figures=figures)


def in_ms(nanoseconds: int) -> float:
    return round(nanoseconds / 1e6, 3)


# -- where each function ran ----------------------------------------------------------------------


def where_each_ran(run: Run) -> Iterator[Finding]:
    """Say of each own function where it ran, and why there."""
    of_function: dict[Function | None, list[Call]] = defaultdict(list)
    for call in run.calls:
        if run.is_own(call) and is_worth_telling(run, call):
            of_function[run.node(call)].append(call)
    for some in of_function.values():
        first = some[0]
        slices = [part for call in some for part in call.slices]
        where = " and ".join(dict.fromkeys(ran_on(run, part) for part in slices))
        # Where steps are left out, the one below may not be who called.
        caller = run.caller(first) if run.is_whole else None
        why = "async" if run.is_async(first) else "sync"
        on_loop = any(map(run.view.is_on_loop, slices))
        if why == "sync" and on_loop and caller is not None and run.is_async(caller):
            why = f"sync, and called by {caller.name}, which is async"
        yield found(
            "ran",
            f"{run.where(first)} is {why}: it ran {where}.",
            function=first.function,
            file=first.file,
            line=run.line(first),
            is_async=run.is_async(first),
            calls=len(some),
            lanes=list(dict.fromkeys(run.view.lane(part).name for part in slices)),
            on_event_loop=on_loop,
        )


def where_library_ran(tasks: list["Task"]) -> Iterator[Finding]:
    """Say where a task ran whose function is a library's: it is not recorded itself."""
    of_libraries = [task for task in tasks if not task.is_own]
    for task in {(task.name, task.is_sync): task for task in of_libraries}.values():
        where = "in a worker thread" if task.is_sync else "on the event loop"
        kind = "sync" if task.is_sync else "async"
        text = f"{task.name} (of a library) is {kind}: it ran {where}."
        figures = {"is_async": not task.is_sync, "on_event_loop": not task.is_sync}
        yield found("ran", text, function=task.name, **figures)


def ran_on(run: Run, part: Slice) -> str:
    lane = run.view.lane(part)
    if lane.kind == "event loop" and not run.view.is_on_loop(part):
        loop = "the event loop" if lane.name == "event loop" else lane.name
        return f"outside {loop}, on its thread"
    known = {"event loop": "on the event loop", "MainThread": "in the main thread"}
    return known.get(lane.name) or place(lane)


def is_entry(run: Run, part: Slice) -> bool:
    """Tell whether no function of the program's own is beneath a slice."""
    under = run.beneath.get(part.first)
    while under is not None and not run.is_own(under[1]):
        under = run.beneath.get(under[0].first)
    return under is None


def is_worth_telling(run: Run, call: Call) -> bool:
    """Tell whether it is not plain where a call ran: only a sync one of a sync one's is."""
    caller = run.caller(call)
    if caller is None or not run.is_own(caller):
        return True
    return run.is_async(call) or run.is_async(caller)


# -- the answer and the tasks ---------------------------------------------------------------------


@dataclass(frozen=True)
class Task:
    """A background task that ran."""

    runner: Call  # of the task itself
    call: Call  # of its function; where that is a library's, of the task itself
    name: str  # of what was added; a decorator's own function may stand for it
    is_own: bool  # the function is the program's own
    is_sync: bool  # it was handed to a worker thread


def tasks_of(run: Run) -> list[Task]:
    """List the background tasks that ran, in the order in which they were called."""
    tasks = []
    for runner in run.calls:
        if runner.function != RUNNER:
            continue
        call, is_sync = called_by(run, runner)
        added = added_to(runner)
        if call is not None:
            is_other = added and added not in (call.name, "<lambda>")
            name = f"{call.name} of {added}" if is_other else call.name
            tasks.append(Task(runner, call, name, True, is_sync))
        elif added and not may_be_own(run, added, runner):
            tasks.append(Task(runner, runner, added, False, is_sync))
    return tasks


def may_be_own(run: Run, name: str, runner: Call) -> bool:
    """Tell whether a task whose function was not seen to begin may be the program's own."""
    nodes = [node for (_, each), some in run.functions.items() for node in some if each == name]
    # It is seen when it begins: not a generator, and not what its arguments did not fit.
    is_seen = run.is_whole and runner.ended == "return" and not any(map(is_lazy, nodes))
    return bool(nodes) and not is_seen


def is_lazy(node: Function) -> bool:
    """Tell whether a call of a function does not begin with it."""
    return isinstance(node, ast.AsyncFunctionDef) or is_generator(node)


def is_generator(node: Function) -> bool:
    return any(isinstance(each, YIELDS) for each in ast.walk(node))


def added_name(text: str) -> str:
    """Read from a repr which function a task has, or is given; empty for another callable."""
    added = re.match(
        r"(?:BackgroundTask\(func=)?(?:partial\()?<(?:function|method|built-in) (\S+)>", text
    )
    return added[1].rpartition(".")[2] if added else ""


def added_to(runner: Call) -> str:
    """Likewise from the call of a task."""
    return added_name(dict(runner.arguments).get("self", ""))


def called_by(run: Run, runner: Call) -> tuple[Call | None, bool]:
    """Find the own function that a background task called, and whether in a worker thread."""
    starts = run.starts
    within = run.calls[bisect_right(starts, runner.start) : bisect_left(starts, runner.end)]
    here = [call for call in within if run.caller(call) is runner]
    is_sync = any(call.function == "run_in_threadpool" for call in here)
    if is_sync:
        # What the function itself hands to other threads comes after it.
        here = begun_in_worker(run, within, run.first_event(runner).task)
    is_named = (run.is_own(call) or call.name == "<lambda>" for call in here[:1])
    return here[0] if any(is_named) else None, is_sync


def begun_in_worker(run: Run, calls: list[Call], task: int) -> list[Call]:
    """List the calls with which work began that a task handed to worker threads."""
    return [
        call
        for call in calls
        if call.lane.kind == "worker thread"
        and call.first not in run.beneath
        and run.first_event(call).task == task
    ]


def sent_before(run: Run, tasks: list[Task]) -> Iterator[Finding]:
    """Say that the answer was sent before the first task, and how long the tasks went on."""
    sent, own = run.mark(" sent"), [task.call for task in tasks if task.is_own]
    if sent is None or not own:
        return
    first, status = own[0], status_of(sent)
    if first.start < sent.time:
        text = f"{first.name} was called before the answer ({status}) was sent."
        yield found("sent", text, False, status=status, first=False, function=first.function)
        return
    last = max(task.runner.end for task in tasks)
    yield found(
        "sent",
        f"{sent_and_called(sent, first, arrival(run))}. "
        f"The last task ended {span(sent.time, last)} after it was sent.",
        status=status,
        first=True,
        function=first.function,
        before_task=in_ms(first.start - sent.time),
        until_last_task=in_ms(last - sent.time),
    )


def status_of(sent: Event) -> int:
    """Read the status of an answer from its mark."""
    return int(sent.text.split()[-2])


def arrival(run: Run) -> Event | None:
    """Find when the client that sent a request had its answer, if it left marks here."""
    steps = run.client_marks(run.mark(" arrives"))
    return next((mark for mark in steps[1:2] if mark.text.startswith("response")), None)


def in_order(tasks: list[Task]) -> Iterator[Finding]:
    """Say in which order the tasks ran, and whether one by one."""
    if len(tasks) < 2:
        return
    calls = [task.call for task in tasks]
    one_by_one = all(earlier.end <= later.start for earlier, later in pairwise(calls))
    how = "each when the one before it had ended" if one_by_one else "some of them side by side"
    shown = [task.name for task in tasks[:MOST_NAMES]]
    if len(tasks) > len(shown):
        shown.append("and others")
    text = f"The tasks ran in this order, {how}: {', '.join(shown)}."
    names = [task.call.name if task.is_own else task.name for task in tasks]
    yield found("order", text, tasks=names, one_by_one=one_by_one)


def never_called(run: Run) -> Iterator[Finding]:
    """Say which tasks were added in a request that is done, and never called."""
    names = {mark.function.partition(".")[0] for mark in run.marks if is_left_out(mark)}
    if run.mark(" done") is None or names & {"BackgroundTask", "BackgroundTasks"}:
        return  # it is under way, or not all of it is recorded
    added: Counter[str] = Counter()
    ran: Counter[str] = Counter()
    for call in run.calls:
        caller = run.caller(call)
        is_outer = caller is None or caller.function != call.function
        if call.function == "BackgroundTasks.add_task" and is_outer:
            added[added_name(dict(call.arguments).get("func", ""))] += 1
        elif call.function == RUNNER:
            ran[added_to(call)] += 1
    for name in filter(None, added):
        # Of some that ran no repr may tell the function.
        if added[name] > ran[name] + ran[""]:
            times = added[name], ran[name]
            text = f"{name} was added as a task, and not called: the request ended without it."
            if times[1]:
                text = f"{name} was added as a task {times[0]} times, and called {times[1]} times."
            yield found("never called", text, False, function=name)


# -- tokens ---------------------------------------------------------------------------------------


def waited_for_a_token(run: Run) -> Iterator[Finding]:
    """Say which sync function waited because no token was free when it was handed over."""
    for mark in run.marks:
        if not mark.text.startswith("no token is free: all "):
            continue
        later = run.calls[bisect_right(run.starts, mark.time) :]
        for call in begun_in_worker(run, later, mark.task)[:1]:
            if goes_on_before(run, mark, call.start):
                continue  # what waited for the token was something else
            tokens = int(mark.text.split()[-3])
            waited = span(mark.time, call.start)
            yield found(
                "waited",
                f"{run.where(call)} waited {waited} for one of the {tokens} tokens.",
                function=call.function,
                tokens=tokens,
                milliseconds=in_ms(call.start - mark.time),
            )


def goes_on_before(run: Run, mark: Event, moment: int) -> bool:
    """Tell whether what left a mark on the event loop goes on before a moment."""
    parts = [
        part
        for call in run.calls
        for part in call.slices
        if part.lane == mark.lane and part.task == mark.task
    ]
    resumed = (x for x in parts if mark.time < x.start < moment and x.begun == "resume")
    # With its token it goes on, at once into the thread: on no line of its own.
    return any(
        event.kind == "line" and event.frame == part.frame
        for part in resumed
        for event in run.events_in(part)
    )


# -- what was raised ------------------------------------------------------------------------------

# By these a generator ends, or is ended: nothing went wrong.
ENDS = ("GeneratorExit", "StopIteration", "StopAsyncIteration")
NEXT = ("__next__", "__anext__")


def what_was_raised(run: Run) -> Iterator[Finding]:
    """Say what each own function or a task raised, and what became of it."""
    said: dict[tuple[str, bool], list[Finding]] = defaultdict(list)
    for calls in run.raised.values():
        is_task = any(call.function == RUNNER for call in calls)
        first = next((call for call in calls if run.is_own(call) or call.function == RUNNER), None)
        if first is None or is_end(run, first):
            continue
        kind, became = kind_of(first.text), what_became(run, calls)
        # An exception that a framework turns into "not found" is how one says it.
        is_answer = became.startswith("the answer was 4")
        raised = "was cancelled." if is_cancelled(run, kind) else f"raised {first.text}: {became}"
        name, who = first.function, ""
        if run.is_own(first):
            who = run.where(first)
        else:  # of a library's function, or where arguments don't fit, no step is recorded
            name = added_to(first)
            who = f"{name or 'a callable'}, as a task,"
        text = f"{who} {raised}"
        figures = {"function": name, "error": kind, "is_task": is_task}
        said[text, is_task].append(found("raised", text, is_answer, **figures))
    for (text, _), alike in said.items():
        least = "" if run.is_whole else "at least "
        times = f" It happened {least}{len(alike)} times." if len(alike) > 1 else ""
        figures = {**alike[0].figures, "times": len(alike)}
        yield replace(alike[0], text=text + times, figures=figures)


def what_a_library_raised(run: Run) -> Iterator[Finding]:
    """Say what reached the server though it left nothing that is recorded."""
    sent = run.mark(" sent")
    for mark in run.marks:
        if mark.text.startswith(REACHES) and run.raised.keys().isdisjoint(mark.began_in):
            kind = mark.text.partition(": ")[2]
            # It was raised before an answer of this kind, and after any other.
            status = str(status_of(sent)) if sent and status_of(sent) >= 500 else ""
            became = reached_server(status, "", is_answered=sent is not None)
            text = f"A library raised {kind}: {became}"
            yield found("raised", text, False, error=kind, is_task=False)


def is_end(run: Run, call: Call) -> bool:
    """Tell whether a generator or an iterator only ended."""
    return kind_of(call.text) in ENDS and (run.is_generator(call) or call.name in NEXT)


def is_cancelled(run: Run, kind: str) -> bool:
    """Tell whether an exception's class is asyncio's or trio's for what is cancelled."""
    # trio's is called Cancelled, and so may be a class of the program's own.
    own = (run.timeline.sources.get(file, "") for file in run.own)
    is_own = any(re.search(rf"^\s*class {kind}\b", source, re.MULTILINE) for source in own)
    return kind == "CancelledError" or (kind == "Cancelled" and not is_own)


def kind_of(error: str) -> str:
    """Give an exception's class from its repr."""
    return error.partition("(")[0].strip("<>")


def what_became(run: Run, calls: list[Call]) -> str:
    """Say what became of an exception that left some calls, one after another."""
    origin, left_at = run.origins(calls[0])[0], calls[0].end
    marks = [mark for mark in run.view.all_marks if origin in mark.began_in]
    if any(mark.text.endswith(" ends the server") for mark in marks):
        return "it ended the server."
    if not any(mark.text.endswith(" arrives") for mark in run.view.all_marks):
        return what_became_in_program(run, origin, calls[-1])
    sent = run.mark(" sent")
    status = str(status_of(sent)) if sent is not None and sent.time > left_at else ""
    for mark in marks:
        if mark.text.startswith(REACHES):
            name = mark.text.partition(": ")[2]
            other = "" if kind_of(calls[0].text) in re.findall(r"\w+", name) else f" as a {name}"
            return reached_server(status, other, is_answered=sent is not None)
    if status and sent is not None and (sent in marks or is_likely_answer(run, sent, calls)):
        return f"the answer was {status}."
    return "the server did not see it."


def what_became_in_program(run: Run, origin: int, outermost: Call) -> str:
    """Say what became of an exception in a program, from the last call that it left."""
    if run.receiver(outermost):
        return "the program handled it."
    ends = (call for calls in run.raised.values() for call in calls)
    ended = any(call.function == "<module>" and origin in run.origins(call) for call in ends)
    return "it ended the program." if ended else "what became of it is not recorded."


def reached_server(status: str, other: str, is_answered: bool) -> str:
    """Say so of an exception, whose class may be `other`."""
    if is_answered and not status:
        after = ", for" if other else ", which can only log it:"
        return f"it reached the server{other}{after} the answer was sent before."
    answer = f"the answer was {status}" if status else "the application sent no whole answer"
    return f"{answer}, and it reached the server{other}, which logs it."


def is_likely_answer(run: Run, sent: Event, calls: list[Call]) -> bool:
    """Tell whether an error's answer that another task sent says what was raised last."""
    before = [each[-1] for each in run.raised.values() if each[-1].end < sent.time]
    is_last = max(before, key=lambda call: call.end, default=None) is calls[-1]
    is_error = status_of(sent) >= 400
    return not sent.began_in and is_error and is_last and run.receiver(calls[-1]) is None


# -- lost coroutines ------------------------------------------------------------------------------


def never_awaited(run: Run) -> Iterator[Finding]:
    """Say which coroutine nobody awaited, as Python's warning tells, and what a task dropped."""
    lost: dict[str, tuple[str, str]] = {}
    for mark in run.marks:
        if warned := re.search(r"RuntimeWarning: coroutine '(.*)' was never awaited", mark.text):
            lost[warned[1]] = "coroutine", warned[1]
    # A warning may come when its request is over, or outside its context; and no generator warns.
    known = {name.rpartition(".")[2] for name in lost}
    for call in run.calls:
        caller = run.caller(call)
        dropped = re.fullmatch(r"<(\w*(?:coroutine|generator)) (\w+)>", call.text)
        if dropped and caller and caller.function == RUNNER:
            kind, name = dropped[1], dropped[2]
            ran = any(each.name == name and each.start > call.end for each in run.calls)
            if name not in known and not ran:
                lost[name] = kind, name
    for kind, name in lost.values():
        whose = "awaited its coroutine" if kind == "coroutine" else "iterated over its generator"
        text = f"{name} was called, and nobody {whose}: it did not run."
        yield found("never awaited", text, False, function=name)


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
    begun = begun_at(run, arrives)
    for call, part in holds(run, slow):
        waited = min(part.end, sent.time) - max(part.start, begun)
        is_of_another = run.first_event(call).request != run.request
        if not is_of_another or part.lane != arrives.lane or waited < slow * 1e6:
            continue
        goes_on = goes_on_at_once(run, part, slow)
        if goes_on is not None:
            who, _, _ = blamed(run, call, part)
            # Since when it could have gone on nobody knows, but of one that arrived.
            at_most = "" if goes_on is arrives else "up to "
            how_long = f"{at_most}{span(0, waited)}"
            text = f"It waited {how_long} for the event loop, which {run.where(who)} held."
            yield found("held up", text, False, function=who.function, milliseconds=in_ms(waited))


def held_outside_requests(
    run: Run, slow: float, since: float, is_live: bool
) -> list[tuple[int, int, Finding]]:
    """Say what held the event loop and no request tells, each with its beginning and its end.

    It is of no request, such as a websocket or a task of the lifespan; or, where requests are told
    of live, its request was done. Of what happened several times the longest is told.
    """
    under_way = times_of_requests(run, is_live)
    alike: dict[tuple[object, object], list[tuple[int, int, Finding]]] = defaultdict(list)

    def add(start: int, end: int, held: Finding) -> None:
        alike[held.figures["function"], held.figures.get("line")].append((start, end, held))

    for call, part in holds(run, slow):
        begins, ends = under_way.get(run.timeline.events[part.first].request, (0, 0))
        if part.start > since and part.ended != "open" and not begins <= part.start < ends:
            add(part.start, part.end, held_by(run, call, part))
    for start, end, held in run.stalls:
        finding = held_in(run, start, end, held)
        is_between = all(end < begins or ends < start for begins, ends in under_way.values())
        if start > since and is_between and finding is not None:
            add(start, end, finding)
    return list(map(longest_of, alike.values()))


def longest_of(alike: list[tuple[int, int, Finding]]) -> tuple[int, int, Finding]:
    """Take the longest of some holds, and say how many there were."""
    start, end, held = max(alike, key=lambda each: each[1] - each[0])
    more = f" It happened {len(alike)} times; this was the longest." if len(alike) > 1 else ""
    figures = {**held.figures, "times": len(alike)}
    return start, end, replace(held, text=held.text + more, figures=figures)


def times_of_requests(run: Run, is_live: bool) -> dict[int, tuple[float, float]]:
    """Give for each request when it arrived and until when its holds are told."""
    times: dict[int, tuple[float, float]] = {}
    for mark in run.view.all_marks:
        if mark.request and mark.text.endswith(" arrives"):
            times[mark.request] = mark.time, math.inf
        elif is_live and mark.request in times and mark.text.endswith(" done"):
            times[mark.request] = times[mark.request][0], mark.time
    return times


def begun_at(run: Run, arrives: Event) -> int:
    """Say when a request was sent, or else arrived."""
    return next((mark.time for mark in run.client_marks(arrives)), arrives.time)


def goes_on_at_once(run: Run, part: Slice, slow: float) -> Event | None:
    """Give how a request goes on when a slice ends; None if it waited for something else.

    One that arrives then had nothing else to wait for, however slow the machine is. What works for
    it in a thread goes on all the time.
    """
    later = run.timeline.events[bisect_left(run.times, part.end) :]
    here = (each for each in later if each.request == run.request and each.lane == part.lane)
    goes_on = next(here, None)
    elsewhere = (x for call in run.calls for x in call.slices if x.lane != part.lane)
    if goes_on is None or any(x.start < part.end and part.start < x.end for x in elsewhere):
        return None
    longest = slow if goes_on.text.endswith(" arrives") else min(slow, AT_ONCE)
    return goes_on if goes_on.time - part.end <= longest * 1e6 else None


def held_elsewhere(run: Run) -> Iterator[Finding]:
    """Say what held the event loop while this ran, where it was code that is not recorded."""
    begun, done = run.mark(" arrives"), run.mark(" done")
    for start, end, held in run.stalls:
        finding = held_in(run, start, end, held)
        is_meanwhile = not (begun and done) or (begun.time < end and start < done.time)
        if is_meanwhile and finding is not None:
            yield finding


def held_in(run: Run, start: int, end: int, held: re.Match[str]) -> Finding | None:
    """Say of code that is not recorded, or of another thread, that it held the loop."""
    milliseconds, function, file, line = held.groups()
    if function is None:
        return locked_out(run, start, end)
    return found(
        "held",
        f"The event loop stood still for {milliseconds} ms or more in code that is not "
        f"recorded: {function} ({short(file)}:{line}).",
        False,
        function=function,
        file=file,
        line=int(line),
        milliseconds=float(milliseconds),
    )


def locked_out(run: Run, start: int, end: int) -> Finding | None:
    """Say which function of one's own held the interpreter's lock, if one did."""
    calls = [
        call for call in run.view.all_calls if run.is_own(call) and stays(run, call, start, end)
    ]
    if not calls:
        return None
    call, took = calls[-1], span(start, end)
    text = (
        f"{run.where(call)} computed {place(call.lane)} and held Python's lock (GIL) for {took}: "
        "the event loop stood still."
    )
    figures = {"file": call.file, "milliseconds": in_ms(end - start)}
    return found("held", text, False, function=call.function, **figures)


def stays(run: Run, call: Call, start: int, end: int) -> bool:
    """Tell whether a call was in another thread for most of some time."""
    return any(
        2 * (min(end, part.end) - max(start, part.start)) > end - start
        for part in call.slices
        if not run.view.is_on_loop(part)
    )


def cut_short(run: Run) -> Iterator[Finding]:
    """Say in which thread steps are missing, since a recursion left the recorder no room."""
    for mark in run.marks:
        if mark.text == CUT_SHORT:
            lane = run.view.lane(mark)
            text = (
                f"A recursion came to its limit {place(lane)}: from there on Python 3.11 tells "
                "nothing more of that thread, and it is not recorded."
            )
            yield found("cut short", text, False, lane=lane.name)


def is_left_out(mark: Event) -> bool:
    return mark.text.endswith(LEFT_OUT)


def left_out(run: Run) -> Iterator[Finding]:
    """Say of which functions not all steps are recorded."""
    for mark in run.marks:
        if is_left_out(mark) and mark.file in run.own:
            function, last = run.function(mark), mark.function.rpartition(".")[2]
            name, line = NAMELESS.get(last, last), function.lineno if function else mark.line
            where = f"{name} ({short(mark.file)}:{line})"
            text = f"{where} took more than {mark.text.split()[0]} steps: {LEFT_OUT}."
            yield found("left out", text, function=mark.function, file=mark.file)


def holds(run: Run, slow: float) -> Iterator[tuple[Call, Slice]]:
    """Find the slices of own functions that held the event loop, whichever request's they are."""
    for call in run.view.all_calls:
        if run.is_own(call):
            for part in filter(partial(is_entry, run), call.slices):
                # Twice: of what recording takes about half can be measured from within.
                is_long = own_time(run, part, times=2) >= slow * 1e6
                if is_long and run.view.is_on_loop(part) and not held_by_awaited(run, part):
                    yield call, part


def held_by_awaited(run: Run, part: Slice) -> bool:
    """Tell whether code that is not recorded, and awaited, held the loop for most of a slice."""
    return any(
        2 * (min(end, part.end) - max(start, part.start)) > part.end - part.start
        for start, end, _ in run.stalls
    )


def own_time(run: Run, part: Slice, times: int = 1) -> int:
    """Say how long a slice took, less so many times what its recording is known to have taken."""
    spent = [event.spent for event in run.events_in(part) if event.lane == part.lane]
    return max(part.end - part.start - times * (spent[-1] - spent[0]), 0)


def held_by(run: Run, call: Call, part: Slice) -> Finding:
    """Say how long a slice held the event loop, on which line most of it, and who waited."""
    waited = requests_under_way(run, part)
    call, part, step = blamed(run, call, part)
    took = own_time(run, part)
    kind = "async" if run.is_async(call) else "sync"
    text = f"{run.where(call)} is {kind} and held the event loop for {span(0, took)}"
    figures: dict[str, object] = {}
    if step is not None:
        line = source_line(run, step)
        file = "" if step.file == call.file else f" of {short(step.file)}"
        text += f" at line {step.line}{file}, `{line}`"
        figures = {"line": step.line, "source": line}
    if waited:
        text += f"; {waited} {'request' if waited == 1 else 'requests'} waited"
    return found(
        "held",
        f"{text}.",
        False,
        function=call.function,
        file=call.file,
        milliseconds=in_ms(took),
        requests_waited=waited,
        **figures,
    )


def blamed(run: Run, call: Call, part: Slice) -> tuple[Call, Slice, Event | None]:
    """Find the async call that held the loop in a slice, its own slice, and on which line."""
    here = [x for x in run.events_in(part) if x.lane == part.lane and x.kind != "mark"]
    unknown = {
        mark.function
        for mark in run.view.all_marks
        if is_left_out(mark)
        and mark.time < part.end
        and (mark.request == here[0].request or mark.time > part.start)
    }
    step = longest_step(here, part.end, unknown)
    if step is None:
        return call, part, None
    return (*(innermost_async(run, step) or (call, part)), step)


def innermost_async(run: Run, event: Event) -> tuple[Call, Slice] | None:
    """Find the own async call, the innermost, in which something happened on the event loop."""
    within = [
        (call, part)
        for call in run.view.all_calls
        if run.is_async(call)
        for part in call.slices
        if part.lane == event.lane and part.start <= event.time <= part.end
    ]
    return max(within, key=lambda each: each[1].start) if within else None


def longest_step(events: list[Event], end: int, unknown: set[str]) -> Event | None:
    """Find the line on which more than half of the time was spent, if there is one.

    Of the functions of which steps were left out no line is known: that of the caller counts.
    """
    spent: dict[tuple[str, int], int] = defaultdict(int)
    last_of: dict[tuple[str, int], Event] = {}
    line_of: dict[int, Event] = {}
    stack: list[int] = []
    moments = [*(event.time for event in events[1:]), end]
    for event, later in zip(events, moments, strict=True):
        if event.kind in ("call", "resume", "line") and event.frame not in stack:
            stack.append(event.frame)
        if event.kind == "line" or event.frame not in line_of:
            line_of[event.frame] = event
        if event.kind in ("return", "raise", "suspend") and event.frame in stack:
            stack.remove(event.frame)
        known = (line_of[frame] for frame in reversed(stack))
        at = next((each for each in known if each.function not in unknown), None)
        if at is not None:
            last_of[at.file, at.line] = at
            spent[at.file, at.line] += later - event.time
    key = max(spent, key=lambda each: spent[each], default=None)
    is_most = key is not None and spent[key] * 2 > end - events[0].time
    return last_of[key] if key is not None and is_most else None


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
    for mark in run.view.all_marks:
        if mark.request and mark.lane == part.lane and mark.text.endswith(" arrives"):
            begun[mark.request] = begun_at(run, mark)
        elif mark.request and mark.text.endswith((" sent", " done")):
            # One that raised is done without an answer.
            answered.setdefault(mark.request, mark.time)
    return sum(
        start < part.end < answered.get(number, part.end + 1)
        for number, start in begun.items()
        if number != run.timeline.events[part.first].request
    )
