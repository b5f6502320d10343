"""Holds: what kept the event loop's thread for too long, and who waited for it.

A `Hold` is a step of the event loop, from its turn to its next one, that took too long in the
program's own code. One function may be to blame, or several that it awaits: each for its own time.
"""

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, pairwise
from statistics import median_low
from typing import Any

from minitasks.timeline.calls import Call, Slice
from minitasks.timeline.events import Event
from minitasks.timeline.findings import Finding, found, in_ms, place, repeated, span
from minitasks.timeline.own_code import Run, begun_at, is_left_out, short

SLOW = 50  # milliseconds that a step may hold the event loop without being told of
MOST_LINES = 3  # in one sentence

Held = tuple[int, int, Finding]  # from when to when, and what is said of it
Blamed = tuple[Slice, int]  # and its own time in nanoseconds


@dataclass(frozen=True)
class Hold:
    """A step of the event loop that took too long."""

    part: Slice  # of the function that the loop called
    request: int  # for which it was; 0: for none
    blamed: list[Blamed]


def find_holds(run: Run, slow: float) -> list[Hold]:
    """Find the steps that held the event loop, whichever request's they are."""
    return [
        Hold(part, part.event.request, blame(run, part, slow))
        for part in run.view.slices
        if part.end - part.start >= slow * 1e6
        and part.call.file in run.own
        and run.view.is_on_loop(part)
        and is_entry(run, part)
        and own_time(run, part, is_sure=True) >= slow * 1e6
        and not held_by_awaited(run, part)
    ]


def blame(run: Run, entry: Slice, slow: float) -> list[Blamed]:
    """Find who took the time of a step: what was awaited, each that took long, and the step."""
    within = [
        part
        for part in run.view.slices
        if entry.first < part.first <= entry.last
        and part.lane == entry.lane
        and run.is_async(part.call)
    ]
    blamed: list[Blamed] = []
    # What is awaited ends before what awaits it, which is to blame for the rest.
    for part in sorted([entry, *within], key=lambda each: each.last):
        took = own_time(run, part) - sum(its for each, its in blamed if each.first > part.first)
        if took >= slow * 1e6:
            blamed.append((part, took))
    return blamed or [(entry, own_time(run, entry))]


def is_entry(run: Run, part: Slice) -> bool:
    """Tell whether no code of the program's own is beneath a slice."""
    under = part.under
    while under is not None and under.call.file not in run.own:
        under = under.under
    return under is None


def held_by_awaited(run: Run, part: Slice) -> bool:
    """Tell whether code that is not recorded, and awaited, held the loop for most of a slice."""
    held = (min(end, part.end) - max(start, part.start) for start, end, _ in run.stalls)
    return 2 * sum(each for each in held if each > 0) > part.end - part.start


def own_time(run: Run, part: Slice, is_sure: bool = False) -> int:
    """Say how long a slice took, less what its recording is known to have taken.

    Args:
        run: The run.
        part: The slice.
        is_sure: Less what recording may have taken besides: of that about half can be measured from
            within. What a busy machine added to some steps is not taken twice.
    """
    spent = [event.spent for event in run.events_in(part)]
    recording = spent[-1] - spent[0]
    if is_sure and recording:
        usual = median_low(later - before for before, later in pairwise(spent))
        recording += min(recording, 3 * len(spent) * usual)
    return max(part.end - part.start - recording, 0)


# -- what is said of them --------------------------------------------------------------------------


def held_the_loop(run: Run, holds: list[Hold], slow: float) -> Iterator[Finding]:
    """Say which own function kept the event loop's thread for too long."""
    here = (hold for hold in holds if run.request in (0, hold.request))
    held = chain.from_iterable(held_by(run, hold, slow) for hold in here)
    for _, _, finding in longest_of_each(held):
        yield finding


def held_by(run: Run, hold: Hold, slow: float) -> Iterator[Held]:
    """Say who held the event loop, for how long, on which lines, and who waited."""
    waited = requests_under_way(run, hold.part)
    for part, took in hold.blamed:
        call = part.call
        others = [other for other, _ in hold.blamed if other is not part]
        lines, more = longest_lines(run, part, others, slow)
        kind = "is async and " if run.is_async(call) else "is sync and "
        kind = kind if run.is_own(call) else ""  # a lambda or the like
        text = f"{run.where(call.event)} {kind}held the event loop for {span(0, took)}"
        figures: dict[str, Any] = {}
        if lines:
            longest, its_time = max(lines, key=lambda each: each[1])
            figures = {"line": longest.line, "source": source_line(run, longest)}
            if len(lines) == 1 and its_time * 2 > took:
                text += f" {at_line(run, call, longest)}"
            else:
                each = [f"{span(0, time)} {at_line(run, call, step)}" for step, time in lines]
                each += [f"less at {more} more"] if more else []
                text += f": {', '.join(each[:-1])}{', and ' if each[:-1] else ''}{each[-1]}"
                figures["lines"] = [(step.line, in_ms(time)) for step, time in lines]
        if waited:
            text += f"; {waited} {'request' if waited == 1 else 'requests'} waited"
        finding = found(
            "held",
            f"{text}.",
            False,
            function=call.function,
            file=call.file,
            milliseconds=in_ms(took),
            requests_waited=waited,
            **figures,
        )
        yield hold.part.start, hold.part.end, finding


def at_line(run: Run, call: Call, step: Event) -> str:
    """Name the line of a step, and its file if that is another than a call's."""
    file = "" if step.file == call.file else f" of {short(step.file)}"
    return f"at line {step.line}{file}, `{source_line(run, step)}`"


def function_in(finding: Finding) -> tuple[str, str | None]:
    return finding.figures["function"], finding.figures.get("file")


def longest_of_each(held: Iterable[Held]) -> Iterator[Held]:
    """Of what one function held several times on one line give the longest, and say how often.

    Of several lines the first counts: which one took the longest is chance.
    """
    alike: dict[tuple[object, ...], list[Held]] = defaultdict(list)
    for each in held:
        figures = each[2].figures
        line, _ = min(figures.get("lines", [(figures.get("line"), 0)]))
        alike[*function_in(each[2]), line].append(each)
    for some in alike.values():
        start, end, longest = max(some, key=lambda each: each[2].figures["milliseconds"])
        more = f" It happened {len(some)} times; this was the longest."
        yield start, end, repeated(longest, len(some), more)


def longest_lines(
    run: Run, part: Slice, others: list[Slice], slow: float
) -> tuple[list[tuple[Event, int]], int]:
    """Find the lines on which a slice was long, in the order of time, and how long on each.

    Those of so many milliseconds or more; else the one of more than half of its own time, if there
    is one. Of the functions of which steps were left out no line is known: that of the caller
    counts.

    Returns:
        The `MOST_LINES` longest, and how many more there are.
    """
    unknown = {
        mark.function
        for mark in run.view.all_marks
        if is_left_out(mark)
        and mark.time < part.end
        and (mark.request == part.event.request or mark.time > part.start)
    }
    events = [event for event in run.events_in(part) if event.kind != "mark"]
    took: dict[tuple[str, int], int] = defaultdict(int)
    first_of: dict[tuple[str, int], Event] = {}
    line_of: dict[int, Event] = {}
    stack: list[int] = []
    ends = [*((event.time, event.spent) for event in events[1:]), (part.end, events[-1].spent)]
    for event, (later, spent) in zip(events, ends, strict=True):
        if event.kind in ("call", "resume", "line") and event.frame not in stack:
            stack.append(event.frame)
        if event.kind == "line" or event.frame not in line_of:
            line_of[event.frame] = event
        if event.kind in ("return", "raise", "suspend") and event.frame in stack:
            stack.remove(event.frame)
        known = (line_of[frame] for frame in reversed(stack))
        at = next((each for each in known if each.function not in unknown), None)
        is_anothers = any(x.start <= event.time < x.end and x.first > part.first for x in others)
        if at is not None and not is_anothers:
            first_of.setdefault((at.file, at.line), at)
            took[at.file, at.line] += later - event.time - (spent - event.spent)
    by_time = sorted(took, key=lambda key: took[key], reverse=True)
    long = [key for key in by_time if took[key] >= slow * 1e6]
    whole = own_time(run, part) - sum(x.end - x.start for x in others if x.first > part.first)
    if not long:
        long = [key for key in by_time if took[key] * 2 > whole]
    told = [key for key in first_of if key in long[:MOST_LINES]]
    return [(first_of[key], took[key]) for key in told], len(long) - len(told)


def source_line(run: Run, event: Event) -> str:
    """Give the text of the line that an event names."""
    lines = run.timeline.sources.get(event.file, "").splitlines()
    return lines[event.line - 1].strip() if event.line <= len(lines) else ""


def requests_under_way(run: Run, part: Slice) -> int:
    """Count the other requests that were unanswered during the whole of a slice, or sent in it.

    What came in from elsewhere meanwhile is not counted: nobody here saw when.
    """
    under_way = 0
    for number, steps in run.steps.items():
        arrives = steps.get("arrives")
        if arrives and arrives.lane == part.lane and number not in (0, part.event.request):
            # One that raised is done without an answer.
            over = min((steps[x].time for x in ("sent", "done") if x in steps), default=math.inf)
            under_way += begun_at(run, arrives) < part.end < over
    return under_way


def waited_for_the_loop(run: Run, holds: list[Hold], slow: float) -> Iterator[Finding]:
    """Say for how long the work of others kept this request from the event loop."""
    arrives, sent = run.mark("arrives"), run.mark("sent")
    if not run.request or arrives is None or sent is None:
        return
    begun = begun_at(run, arrives)
    for some in one_behind_another(run, holds, arrives, begun, slow):
        first, last = some[0].part, some[-1].part
        # What works for it in a thread goes on all the time.
        at_work = (x for call in run.calls for x in call.slices if x.lane != last.lane)
        since = max(first.start, begun, *(x.end for x in at_work if x.start < last.end))
        waited = min(last.end, sent.time) - since
        # What recording took of the time is not the program's, here as little as there.
        waited = min(waited, sum(own_time(run, hold.part) for hold in some))
        goes_on = goes_on_at_once(run, last, slow)
        if waited >= slow * 1e6 and goes_on is not None:
            blamed = [part.call for hold in some for part, _ in hold.blamed]
            who = " and ".join(dict.fromkeys(run.where(call.event) for call in blamed))
            # Since when it could have gone on nobody knows, but of one that arrived.
            at_most = "" if goes_on is arrives else "up to "
            text = f"It waited {at_most}{span(0, waited)} for the event loop, which {who} held."
            yield found(
                "held up", text, False, function=blamed[0].function, milliseconds=in_ms(waited)
            )


def one_behind_another(
    run: Run, holds: list[Hold], arrives: Event, begun: int, slow: float
) -> list[list[Hold]]:
    """Put those holds of others together between which a request had no turn."""
    together: list[list[Hold]] = []
    turns = [event.time for event in run.events]
    for hold in holds:
        if hold.request == run.request or hold.part.lane != arrives.lane or hold.part.end <= begun:
            continue
        before = together[-1][-1].part.end if together else -math.inf
        begins = hold.part.start
        if begins - before > slow * 1e6 or any(before <= time < begins for time in turns):
            together.append([])
        together[-1].append(hold)
    return together


def goes_on_at_once(run: Run, part: Slice, slow: float) -> Event | None:
    """Give how a request goes on when a slice ends; None if it waited for something else.

    One that arrives then had nothing else to wait for, however slow the machine is.
    """
    here = (event for event in run.events if event.lane == part.lane)
    goes_on = next((event for event in here if event.time >= part.end), None)
    if goes_on is None:
        return None
    is_at_once = goes_on.time - part.end <= slow * 1e6
    return goes_on if is_at_once or goes_on.text.endswith(" arrives") else None


def held_outside_requests(run: Run, slow: float, since: float, is_live: bool) -> list[Held]:
    """Say what held the event loop and no request tells, each with its beginning and its end.

    It is of no request, such as a websocket or a task of the lifespan; or, where requests are told
    of live, its request was done.
    """
    under_way = times_of_requests(run, is_live)
    held: list[Held] = []
    for hold in find_holds(run, slow):
        part = hold.part
        begins, ends = under_way.get(hold.request, (0, 0))
        is_told = begins <= part.start < ends if is_live else hold.request > 0
        if part.start > since and part.ended != "open" and not is_told:
            held += held_by(run, hold, slow)
    for start, end, said in run.stalls:
        is_between = not any(is_within(start, end, *each) for each in under_way.values())
        if start > since and is_between:
            held.append((start, end, held_in(run, start, end, said)))
    return list(longest_of_each(held))


def times_of_requests(run: Run, is_live: bool) -> dict[int, tuple[float, float]]:
    """Give for each request when it arrived and until when its holds are told."""
    times: dict[int, tuple[float, float]] = {}
    for number, steps in run.steps.items():
        if number and "arrives" in steps:
            done = steps.get("done") if is_live else None
            times[number] = steps["arrives"].time, done.time if done else math.inf
    return times


def held_elsewhere(run: Run) -> Iterator[Finding]:
    """Say what held the event loop while this ran, where it was code that is not recorded."""
    begun, done = run.mark("arrives"), run.mark("done")
    for start, end, held in run.stalls:
        if not (begun and done) or is_within(start, end, begun.time, done.time):
            yield held_in(run, start, end, held)


def is_within(start: int, end: int, begins: float, ends: float) -> bool:
    """Tell whether a stall was within some time: when it began is known to some milliseconds."""
    return begins < (start + end) / 2 < ends


def held_in(run: Run, start: int, end: int, held: re.Match[str]) -> Finding:
    """Say of code that is not recorded, or of another thread, that it held the loop."""
    milliseconds, function, file, line, ident = held.groups()
    if ident is not None:
        return locked_out(run, start, end, int(ident))
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


def locked_out(run: Run, start: int, end: int, ident: int) -> Finding:
    """Say which thread held the interpreter's lock, and in which function of one's own."""
    took, figures = span(start, end), {"milliseconds": in_ms(end - start)}
    there = [
        part
        for part in run.view.slices
        if part.call.file in run.own and is_there(run, part, start, end, ident)
    ]
    lanes = {part.lane for part in there}
    if len(lanes) != 1:
        # In what is not recorded, or in what another request began before this one came.
        text = (
            f"The event loop stood still for {took}: another thread computed, and held Python's "
            "lock (GIL)."
        )
        return found("held", text, False, function="", **figures)
    call = max((part.call for part in there), key=lambda call: call.first)
    text = (
        f"{run.where(call.event)} computed {place(call.lane)} and held Python's lock (GIL) for "
        f"{took}: the event loop stood still."
    )
    return found("held", text, False, function=call.function, file=call.file, **figures)


def is_there(run: Run, part: Slice, start: int, end: int, ident: int) -> bool:
    """Tell whether a slice is in a thread, for much of some time: a busy machine adds to it.

    Of a thread that has ended the ident is not known: 0.
    """
    lane = run.view.lane(part)
    is_it = lane.ident == ident or (ident == 0 and lane.kind != "event loop")
    return is_it and 4 * (min(end, part.end) - max(start, part.start)) > end - start
