"""Own findings: what a recording shows of a program or a request that nobody here has seen before.

Each function below looks for one kind of thing and says it only where the recording proves it.
`find_own` asks them all. A `Finding` has its figures beside its text, for tests and for JSON.
"""

import ast
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from operator import attrgetter

from minitasks.scenarios.server import CLIENT_LEFT
from minitasks.timeline.budget import LEFT_OUT
from minitasks.timeline.calls import Call, Slice
from minitasks.timeline.events import Event
from minitasks.timeline.findings import Finding, found, in_ms, place, span, times
from minitasks.timeline.holds import (
    SLOW,
    find_holds,
    held_elsewhere,
    held_the_loop,
    waited_for_the_loop,
)
from minitasks.timeline.own_code import (
    NAMELESS,
    RUNNER,
    Function,
    Run,
    added_name,
    added_to,
    is_generator,
    is_left_out,
    status_of,
)
from minitasks.timeline.raised import never_awaited, what_a_library_raised, what_was_raised
from minitasks.timeline.recorder import CUT_SHORT

MOST_NAMES = 12  # of tasks in one sentence


def find_own(run: Run, slow: float = SLOW) -> list[Finding]:
    """Say what a run has shown; of a step that held the loop, from so many milliseconds on."""
    tasks, holds = tasks_of(run), find_holds(run, slow)
    return [
        *where_each_ran(run),
        *where_library_ran(tasks),
        *client_left(run),
        *sent_before(run, tasks),
        *in_order(tasks),
        *never_called(run),
        *waited_for_a_token(run),
        *what_was_raised(run),
        *what_a_library_raised(run),
        *never_awaited(run),
        *held_the_loop(run, holds, slow),
        *waited_for_the_loop(run, holds, slow),
        *held_elsewhere(run),
        *cut_short(run),
        *left_out(run),
    ]


# -- where each function ran ----------------------------------------------------------------------


def where_each_ran(run: Run) -> Iterator[Finding]:
    """Say of each own function where it ran, and why there."""
    of_function: dict[Function | None, list[Call]] = defaultdict(list)
    for call in filter(run.is_own, run.calls):
        of_function[run.function(call.event)].append(call)
    for some in of_function.values():
        first = next((call for call in some if is_worth_telling(run, call)), None)
        if first is None:
            continue
        slices = [part for call in some for part in call.slices]
        where = " and ".join(dict.fromkeys(ran_on(run, part) for part in slices))
        # Where steps are left out, the one below may not be who called.
        caller = first.caller if run.is_whole else None
        why = "async" if run.is_async(first) else "sync"
        on_loop = list(map(run.view.is_on_loop, slices))
        if why == "sync" and all(on_loop) and caller is not None and run.is_async(caller):
            why = f"sync, and called by {caller.name}, which is async"
        yield found(
            "ran",
            f"{run.where(first.event)} is {why}: it ran {where}.",
            function=first.function,
            file=first.file,
            line=run.line(first.event),
            is_async=run.is_async(first),
            calls=len(some),
            lanes=list(dict.fromkeys(run.view.lane(part).name for part in slices)),
            on_event_loop=any(on_loop),
        )


def where_library_ran(tasks: list["Task"]) -> Iterator[Finding]:
    """Say where a task ran whose function is of another package: it is not recorded itself."""
    of_others = [task for task in tasks if task.name.isidentifier() and not task.is_own]
    for task in {(task.name, task.is_sync): task for task in of_others}.values():
        where = "in a worker thread" if task.is_sync else "on the event loop"
        kind = "sync" if task.is_sync else "async"
        text = f"{task.name} (of another package) is {kind}: it ran {where}."
        figures = {"is_async": not task.is_sync, "on_event_loop": not task.is_sync}
        yield found("ran", text, function=task.name, **figures)


def ran_on(run: Run, part: Slice) -> str:
    lane = run.view.lane(part)
    if lane.kind == "event loop" and not run.view.is_on_loop(part):
        loop = "the event loop" if lane.name == "event loop" else lane.name
        return f"outside {loop}, on its thread"
    known = {"event loop": "on the event loop", "MainThread": "in the main thread"}
    return known.get(lane.name) or place(lane)


def is_worth_telling(run: Run, call: Call) -> bool:
    """Tell whether it is not plain where a call ran: only a sync one of a sync one's is."""
    caller = call.caller
    is_of_sync = caller is not None and run.is_own(caller) and not run.is_async(caller)
    return run.is_async(call) or not is_of_sync


# -- the answer and the tasks ---------------------------------------------------------------------


@dataclass(frozen=True)
class Task:
    """A background task that ran."""

    runner: Call  # of the task itself
    call: Call  # of its function; where that was not seen, of the task itself
    name: str  # of what was added; empty where it may not have been called, or runs tasks itself
    is_own: bool  # the function is the program's own, and was seen to be called
    is_sync: bool  # it was handed to a worker thread


def tasks_of(run: Run) -> list[Task]:
    """List the background tasks that ran, in the order in which they were called."""
    tasks = []
    callables = [call for call in run.calls if call.name == "__call__"]
    outer = {call.caller for call in callables}
    for runner in callables:
        if runner.function != RUNNER:
            continue
        call, is_sync = called_by(run, runner)
        added = added_to(runner)
        if call is not None:
            name = call.name
            # What an lru_cache wraps has a name of its own; an object's `__call__` has none.
            if added not in ("", name, "<lambda>") and (" " not in added or name.startswith("__")):
                name = f"{name} of {added}"
        else:
            is_unsure = runner in outer or may_be_own(run, added, runner)
            name = "" if is_unsure else added or "another task"
        tasks.append(Task(runner, call or runner, name, call is not None, is_sync))
    return tasks


def may_be_own(run: Run, name: str, runner: Call) -> bool:
    """Tell whether a task whose function was not seen to begin may be the program's own."""
    nodes = [node for (_, each), some in run.functions.items() for node in some if each == name]
    # It is seen when it begins: not a generator, and not what its arguments did not fit.
    is_seen = runner.ended == "return" and not any(map(is_lazy, nodes))
    is_unwatched = any(
        mark.function.rpartition(".")[2] == name for mark in run.view.all_marks if is_left_out(mark)
    )
    return bool(nodes) and (is_unwatched or not is_seen)


def is_lazy(node: Function) -> bool:
    """Tell whether a call of a function does not begin with it."""
    return isinstance(node, ast.AsyncFunctionDef) or is_generator(node)


def called_by(run: Run, runner: Call) -> tuple[Call | None, bool]:
    """Find the own function that a background task called, and whether in a worker thread."""
    begins = bisect_right(run.calls, runner.start, key=attrgetter("start"))
    ends = bisect_left(run.calls, runner.end, key=attrgetter("start"))
    within = run.calls[begins:ends]
    here = [call for call in within if call.caller is runner]
    is_sync = any(call.function == "run_in_threadpool" for call in here)
    if is_sync:
        # What the function itself hands to other threads comes after it.
        here = begun_in_worker(run, within, runner.event.task)
    is_named = (run.is_own(call) or call.name == "<lambda>" for call in here[:1])
    return here[0] if any(is_named) else None, is_sync


def begun_in_worker(run: Run, calls: list[Call], task: int) -> list[Call]:
    """List the calls with which work began that a task handed to worker threads."""
    return [
        call
        for call in calls
        if call.lane.kind == "worker thread" and call.caller is None and call.event.task == task
    ]


def client_left(run: Run) -> Iterator[Finding]:
    """Say that nobody waited for the answer any more."""
    sent = run.mark("sent")
    if sent is not None and CLIENT_LEFT in sent.text:
        status = status_of(sent)
        text = f"The client had left before the answer ({status}) was sent: nobody got it."
        yield found("client left", text, False, status=status)


def sent_before(run: Run, tasks: list[Task]) -> Iterator[Finding]:
    """Say that the answer was sent before the first task, and how long the tasks went on."""
    sent, own = run.mark("sent"), [task.call for task in tasks if task.is_own]
    if sent is None or not own:
        return
    first, status = own[0], status_of(sent)
    if first.start < sent.time:
        text = f"{first.name} was called before the answer ({status}) was sent."
        yield found("sent", text, False, status=status, first=False, function=first.function)
        return
    gap = span(sent.time, first.start)
    text = f"The answer ({status}) was sent {gap} before {first.name} was called"
    # When the client had it, if that left marks here.
    for answer in run.client_marks(run.mark("arrives"))[1:2]:
        if answer.text.startswith("response"):
            side = "before" if answer.time < first.start else "after"
            gap = span(*sorted((answer.time, first.start)))
            text += f"; the client had it {gap} {side} that call"
    last = max(task.runner.end for task in tasks)
    yield found(
        "sent",
        f"{text}. The last task ended {span(sent.time, last)} after it was sent.",
        status=status,
        first=True,
        function=first.function,
        before_task=in_ms(first.start - sent.time),
        until_last_task=in_ms(last - sent.time),
    )


def in_order(tasks: list[Task]) -> Iterator[Finding]:
    """Say in which order the tasks ran, and whether one by one."""
    tasks = [task for task in tasks if task.name]
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
    """Say which tasks were made in a request, or a run, that is over, and never called."""
    if not is_over(run):
        return
    made: dict[str, list[Call]] = defaultdict(list)
    for call in filter(makes_task, run.calls):
        made[added_name(dict(call.arguments).get("func", ""))].append(call)
    ran = Counter(added_to(call) for call in run.calls if call.function == RUNNER)
    # Of some that ran no repr may tell the function, though one did when they were made.
    unknown = max(ran[""] - len(made.pop("", [])), 0)
    lost = {name: some for name, some in made.items() if len(some) > ran[name] + unknown}
    others = handed_on(run) if lost else set()
    for name, some in lost.items():
        if not others.isdisjoint(task_made(run, call) for call in some):
            continue  # another request may have called it
        callers = [call.caller for call in some]
        is_added = all(x is not None and x.function == "BackgroundTasks.add_task" for x in callers)
        how, what = "added as" if is_added else "made", "request" if run.request else "run"
        became = f", and not called: the {what} ended without it."
        if ran[name]:
            became = f" {times(len(some))}, and called {times(ran[name])}."
        text = f"{NAMELESS.get(name, name)} was {how} a task{became}"
        yield found("never called", text, False, function=name)


def is_over(run: Run) -> bool:
    """Tell whether a request or a run is over, and all calls of tasks are recorded."""
    is_cut = any(
        mark.function.startswith("BackgroundTask")
        if is_left_out(mark)
        else mark.text == CUT_SHORT and run.view.lane(mark).kind == "event loop"
        for mark in run.marks
    )
    return not is_cut and bool(run.mark("done") if run.request else not run.timeline.dropped)


def makes_task(call: Call) -> bool:
    """Tell whether a call makes a task: not one of a class that may be called otherwise."""
    is_its_own = dict(call.arguments).get("self") == "<BackgroundTask>"
    return call.function == "BackgroundTask.__init__" and is_its_own and call.ended == "return"


def task_made(run: Run, call: Call) -> str:
    """Give the repr of the task that a call has made."""
    return dict(run.timeline.events[call.last].variables).get("self", "")


def handed_on(run: Run) -> set[str]:
    """Give the reprs of tasks that ran for a request, and were not made for it."""
    made, ran = set(), set()
    for call in run.view.all_calls:
        number = call.event.request
        if makes_task(call):
            made.add((number, task_made(run, call)))
        elif call.function == RUNNER:
            ran.add((number, dict(call.arguments).get("self", "")))
    return {text for _, text in ran - made}


# -- tokens ---------------------------------------------------------------------------------------


def waited_for_a_token(run: Run) -> Iterator[Finding]:
    """Say which sync function waited because no token was free when it was handed over."""
    for mark in run.marks:
        if not mark.text.startswith("no token is free: all "):
            continue
        later = run.calls[bisect_right(run.calls, mark.time, key=attrgetter("start")) :]
        for call in begun_in_worker(run, later, mark.task)[:1]:
            if goes_on_before(run, mark, call.start):
                continue  # what waited for the token was something else
            tokens = int(mark.text.split()[-3])
            which = f"one of the {tokens} tokens" if tokens > 1 else "the one token"
            waited = span(mark.time, call.start)
            yield found(
                "waited",
                f"{run.where(call.event)} waited {waited} for {which}.",
                function=call.function,
                tokens=tokens,
                milliseconds=in_ms(call.start - mark.time),
            )


def goes_on_before(run: Run, mark: Event, moment: int) -> bool:
    """Tell whether what left a mark on the event loop goes on before a moment."""
    resumed = (
        part
        for part in run.view.slices
        if (part.lane, part.event.task) == (mark.lane, mark.task)
        and mark.time < part.start < moment
        and part.begun == "resume"
    )
    # With its token it goes on, at once into the thread: on no line of its own.
    return any(
        event.kind == "line" and event.frame == part.frame
        for part in resumed
        for event in run.events_in(part)
    )


def cut_short(run: Run) -> Iterator[Finding]:
    """Say in which thread steps are missing, since a recursion left the recorder no room."""
    for mark in run.marks:
        if mark.text == CUT_SHORT:
            lane = run.view.lane(mark)
            text = (
                f"A recursion came to its limit {place(lane)}: what that thread did next is not "
                "recorded, since Python 3.11 tells nothing more of it."
            )
            yield found("cut short", text, False, lane=lane.name)


def left_out(run: Run) -> Iterator[Finding]:
    """Say of which functions not all steps are recorded."""
    for mark in run.marks:
        if is_left_out(mark) and mark.file in run.own:
            text = f"{run.where(mark)} took more than {mark.text.split()[0]} steps: {LEFT_OUT}."
            yield found("left out", text, function=mark.function, file=mark.file)
