"""Raised: what each function raised and what became of it, and which coroutine nobody awaited."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator

from minitasks.scenarios.application import SERVER_ENDS
from minitasks.timeline.calls import Call
from minitasks.timeline.events import Event
from minitasks.timeline.findings import Finding, found, repeated
from minitasks.timeline.own_code import (
    NAMELESS,
    RUNNER,
    Run,
    added_to,
    is_generator,
    short,
    status_of,
)

# A coroutine that nobody awaited, and where it was made, if that is known.
LOST = re.compile(r"RuntimeWarning: coroutine '(.*)' was never awaited(?: \(made in (.*):(\d+)\))?")
MOST_TEXTS = 3  # of one class from one function
MIDDLEWARES = {"call_next", "receive"}  # the arguments by which they are known
REACHES = "exception reaches the server: "
UNKNOWN = "what became of it is not recorded."

# By these a generator ends, or is ended: nothing went wrong.
ENDS = ("GeneratorExit", "StopIteration", "StopAsyncIteration")
NEXT = ("__next__", "__anext__")


def what_was_raised(run: Run) -> Iterator[Finding]:
    """Say what each own function or a task raised, and what became of it."""
    said: dict[tuple[str, ...], list[Finding]] = defaultdict(list)
    for calls in run.raised.values():
        is_task = any(call.function == RUNNER for call in calls)
        first = first_told(run, calls)
        if first is None or is_end(run, first):
            continue
        kind, became = kind_of(first.text), what_became(run, calls)
        # An exception that a framework turns into "not found" is how one says it.
        is_answer = became.startswith("the answer was 4")
        raised = f"raised {first.text}: {became}"
        if is_cancelled(run, kind):
            raised = how_cancelled(run, first, became)
        name, who = who_raised(run, first)
        text = f"{who} {raised}"
        figures = {"function": name, "error": kind, "is_task": is_task}
        finding = found("raised", text, is_answer, **figures)
        said[who, kind, became, str(is_task)].append(finding)
    for alike in said.values():
        yield from told_together(run, alike)


def first_told(run: Run, calls: list[Call]) -> Call | None:
    """Find the first of some calls that is of an own function, or of a task.

    A lambda or the like counts where a library called it: else its caller tells.
    """

    def is_told(call: Call) -> bool:
        if call.name in NAMELESS and call.file in run.own:
            return call.caller is None or not run.is_own(call.caller)
        return run.is_own(call) or call.function == RUNNER

    return next(filter(is_told, calls), None)


def told_together(run: Run, alike: list[Finding]) -> Iterator[Finding]:
    """Tell of exceptions of one class from one function that ended alike: each text once."""
    least = "" if run.is_whole else "at least "
    same: dict[str, list[Finding]] = defaultdict(list)
    for each in alike:
        same[each.text].append(each)
    if len(same) > MOST_TEXTS:
        more = f" {least.capitalize()}{len(alike)} of this class ended so, with other words."
        yield repeated(alike[0], len(alike), more)
        return
    for some in same.values():
        yield repeated(some[0], len(some), f" It happened {least}{len(some)} times.")


def who_raised(run: Run, first: Call) -> tuple[str, str]:
    """Name the function whose call an exception left first, for figures and for a sentence."""
    if first.function != RUNNER:
        return first.function, run.where(first.event)
    # Of a library's function, or where the arguments don't fit, no step is recorded.
    name = added_to(first)
    return name, f"{name}, as a task," if name else "A task"


def what_a_library_raised(run: Run) -> Iterator[Finding]:
    """Say what reached the server though it left nothing that is recorded."""
    sent = run.mark("sent")
    told = {origin for origin, calls in run.raised.items() if first_told(run, calls)}
    for mark in run.marks:
        if mark.text.startswith(REACHES) and told.isdisjoint(mark.began_in):
            kind = mark.text.partition(": ")[2]
            # It was raised before an answer of this kind, and after any other.
            status = str(status_of(sent)) if sent and status_of(sent) >= 500 else ""
            became = reached_server(status, "", is_answered=sent is not None)
            text = f"Another package raised {kind}: {became}"
            yield found("raised", text, False, error=kind, is_task=False)


def is_end(run: Run, call: Call) -> bool:
    """Tell whether a generator or an iterator only ended."""
    is_lazy = is_generator(run.function(call.event)) or call.name in (*NEXT, "<genexpr>")
    return kind_of(call.text) in ENDS and is_lazy


def is_cancelled(run: Run, kind: str) -> bool:
    """Tell whether an exception's class is asyncio's or trio's for what is cancelled."""
    # trio's is called Cancelled, and so may be a class of the program's own.
    own = (run.timeline.sources.get(file, "") for file in run.own)
    is_own = any(re.search(rf"^\s*class {kind}\b", source, re.MULTILINE) for source in own)
    return kind == "CancelledError" or (kind == "Cancelled" and not is_own)


def how_cancelled(run: Run, call: Call, became: str) -> str:
    """Say so of a call, and what became of that, or that it was the end of an idle server."""
    ends = (mark for mark in run.view.all_marks if mark.text == SERVER_ENDS)
    if any(mark.time < call.end for mark in ends):
        return "was under way when the server ended, and was cancelled with it."
    is_seen = "ended the" in became or "reached the server" in became
    return f"was cancelled: {became}" if is_seen else "was cancelled."


def kind_of(error: str) -> str:
    """Give an exception's class from its repr."""
    return error.partition("(")[0].strip("<>")


def what_became(run: Run, calls: list[Call]) -> str:
    """Say what became of an exception that left some calls, one after another."""
    origin, left_at = run.origins(calls[0])[0], calls[0].end
    about = [mark for mark in run.view.all_marks if origin in mark.began_in]
    if any(mark.text.endswith(" ends the server") for mark in about):
        return "it ended the server."
    if "arrives" not in run.steps[0]:
        return what_became_in_program(run, origin, calls[-1])
    sent = run.mark("sent")
    status = str(status_of(sent)) if sent is not None and sent.time > left_at else ""
    # Of this request: another one may have raised the very same exception.
    marks = [mark for mark in about if run.is_here(mark)]
    for mark in marks:
        if mark.text.startswith(REACHES):
            name = mark.text.partition(": ")[2]
            other = "" if kind_of(calls[0].text) in re.findall(r"\w+", name) else f" as a {name}"
            return reached_server(status, other, is_answered=sent is not None)
    answered = f"the answer was {status}."
    if status and sent in marks:
        return answered
    if status and sent is not None and may_be_answer(run, sent, calls):
        is_it = f"({status}" in calls[0].text or is_endpoint_of(run, sent, calls[-1])
        return answered if is_it else UNKNOWN
    return "the server did not see it."


def what_became_in_program(run: Run, origin: int, outermost: Call) -> str:
    """Say what became of an exception in a program, from the last call that it left."""
    if run.receiver(outermost):
        return "the program handled it."
    ends = (call for calls in run.raised.values() for call in calls)
    ended = any(call.function == "<module>" and origin in run.origins(call) for call in ends)
    return "it ended the program." if ended else UNKNOWN


def reached_server(status: str, other: str, is_answered: bool) -> str:
    """Say so of an exception, whose class may be `other`."""
    if is_answered and not status:
        after = ", for" if other else ", which can only log it:"
        return f"it reached the server{other}{after} the answer was sent before."
    answer = f"the answer was {status}" if status else "the application sent no whole answer"
    return f"{answer}, and it reached the server{other}, which logs it."


def is_of_middleware(run: Run, call: Call) -> bool:
    """Tell whether a call is of a middleware, or was made by one."""
    while MIDDLEWARES.isdisjoint(dict(call.arguments)):
        under = call.caller
        if under is None:
            return False
        call = under
    return True


def is_endpoint_of(run: Run, sent: Event, call: Call) -> bool:
    """Tell whether a call is the endpoint behind a middleware of Starlette's kind, not a task of
    the endpoint's own or of another middleware's: then one of these waits for it.
    """
    within = [each for each in run.calls if each.start < call.start and call.end < each.end]
    middlewares = [each for each in within if "call_next" in dict(each.arguments)]
    tasks = {each.event.task for each in within if each not in middlewares}
    return bool(middlewares) and tasks <= {sent.task, call.event.task}


def may_be_answer(run: Run, sent: Event, calls: list[Call]) -> bool:
    """Tell whether an error's answer may say what was raised last in another task.

    So it is behind a middleware of Starlette's kind, which runs the endpoint in a task of its own;
    or the application caught what a task of its own raised.
    """
    here = [call for call in run.calls if call.event.task == sent.task]
    is_endpoint_here = any(run.is_own(x) and not is_of_middleware(run, x) for x in here)
    if calls[-1] in here or is_endpoint_here:
        return False
    before = [each[-1] for each in run.raised.values() if each[-1].end < sent.time]
    is_last = max(before, key=lambda call: call.end, default=None) is calls[-1]
    is_error = status_of(sent) >= 400
    # What is behind a middleware may have handled it, before it came so far.
    receiver = run.receiver(calls[-1])
    is_left = receiver is None or is_of_middleware(run, receiver)
    return not sent.began_in and is_error and is_last and is_left


# -- lost coroutines ------------------------------------------------------------------------------


def never_awaited(run: Run) -> Iterator[Finding]:
    """Say which coroutine nobody awaited, as Python's warning tells, and what a task dropped."""
    lost: dict[str, tuple[str, str, str]] = {}
    for request, said in requests_of_lost(run):
        if run.request in (0, request):
            at = f" It was made at line {said[3]} of {short(said[2])}." if said[3] else ""
            lost[said[1]] = "coroutine", said[1], at
    # A warning may come when its request is over, or outside its context; and no generator warns.
    known = {name.rpartition(".")[2] for name in lost}
    for call in run.calls:
        caller = call.caller
        dropped = re.fullmatch(r"<(\w*(?:coroutine|generator)) (\w+)>", call.text)
        if dropped and caller and caller.function == RUNNER:
            kind, name = dropped[1], dropped[2]
            ran = any(each.name == name and each.start > call.end for each in run.calls)
            if name not in known and not ran:
                lost[name] = kind, name, ""
    for kind, name, at in lost.values():
        whose = "awaited its coroutine" if kind == "coroutine" else "iterated over its generator"
        text = f"{name} was called, and nobody {whose}: it did not run.{at}"
        yield found("never awaited", text, False, function=name)


def requests_of_lost(run: Run) -> Iterator[tuple[int, re.Match[str]]]:
    """Give each warning of a lost coroutine, with the request that made it.

    Python may warn much later. Who made it has run the line more often than the function began.
    """
    told: Counter[tuple[int, str]] = Counter()
    lost = [(mark, said) for mark in run.view.all_marks if (said := LOST.match(mark.text))]
    places = {(said[2], int(said[3] or 0)) for _, said in lost}
    made = [
        event
        for event in (run.timeline.events if lost else ())
        if event.kind == "line" and (event.file, event.line) in places
    ]
    began = Counter((call.event.request, call.function) for call in run.view.all_calls)
    for mark, said in lost:
        at = said[2], int(said[3] or 0)
        before = (event for event in made if event.time < mark.time)
        makers = Counter(event.request for event in before if (event.file, event.line) == at)
        who = [x for x in makers if makers[x] > began[x, said[1]] + told[x, said[1]]]
        request = who[-1] if who else mark.request
        told[request, said[1]] += 1
        yield request, said
