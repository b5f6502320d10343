"""Findings: what a run has shown, each sentence computed from what was recorded.

A function for each scenario gives its `Finding`s. Each says what did happen, also where a learner's
own library did something else than Starlette does; then it does not hold.
"""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from minitasks.timeline.calls import Call, Ending, View
from minitasks.timeline.events import Event, Timeline
from minitasks.tracing.threads import Lane


@dataclass(frozen=True)
class Finding:
    """One sentence on a run.

    Attributes:
        holds: Whether the run did what minitasks and Starlette do.
        text: What it did.
        differs: It does not hold, but a library may want it so, such as tasks side by side.
        kind: What it is about, such as "ran" or "held"; empty for a scenario's own sentences.
        figures: What it says, by name: names, lines, milliseconds.
    """

    holds: bool
    text: str
    differs: bool = False
    kind: str = ""
    figures: dict[str, object] = field(default_factory=dict)


def find(scenario: str, view: View) -> list[Finding]:
    """Say what a run has shown.

    Args:
        scenario: The scenario's name, such as "register-product".
        view: Its recorded run.
    """
    return list(SCENARIOS[scenario](view))


def found(kind: str, text: str, holds: bool = True, **figures: object) -> Finding:
    """Make a finding of some kind, with its figures."""
    return Finding(holds, text, kind=kind, figures=figures)


def in_ms(nanoseconds: int) -> float:
    return round(nanoseconds / 1e6, 3)


def full(timeline: Timeline) -> Iterator[Finding]:
    """Say that a recording ended before its program, if it did."""
    if timeline.dropped:
        text = f"The recording was full after {len(timeline.events)} events: the rest is not shown."
        yield Finding(False, text)


def either(holds: bool, text: str, otherwise: str, differs: bool = False) -> Finding:
    """Say one thing where it holds, and another where it does not."""
    return Finding(holds, text if holds else otherwise, differs and not holds)


def named_in(finding: Finding, view: View) -> list[Call]:
    """List the first call of each function that a sentence names, in the order of its words."""
    figures: dict[str, Any] = finding.figures
    named = figures.get("tasks") or [figures[key] for key in ("function",) if key in figures]
    words = [name.rpartition(".")[2] for name in named] or re.findall(r"\w+", finding.text)
    return [call for word in dict.fromkeys(words) if (call := view.call(word)) is not None]


# -- times and places -----------------------------------------------------------------------------


def span(start: int, end: int) -> str:
    """Say how long it is from one moment to another."""
    milliseconds = (end - start) / 1e6
    digits = 0 if milliseconds >= 10 else 1 if milliseconds >= 0.1 else 2
    return f"{milliseconds:.{digits}f} ms"


def places(some: list[Call]) -> str:
    lanes = sorted({call.lane for call in some}, key=lambda lane: lane.number)
    return " and ".join(place(lane) for lane in lanes)


def place(lane: Lane) -> str:
    if lane.kind != "event loop":
        return f"in {lane.name}"
    return "on the event loop's thread" if lane.name == "event loop" else f"on {lane.name}"


def never(name: str) -> Finding:
    return Finding(False, f"{name} was never called.")


# -- sentences that several scenarios share -------------------------------------------------------


def ran(view: View, kind: str, *names: str) -> Finding:
    """Say where sync or async functions ran."""
    for name in names:
        astray = [call for call in view.calls(name) if (call.lane == view.loop) == (kind == "sync")]
        if not view.calls(name):
            return never(name)
        if astray:
            return Finding(False, f"{name} is {kind}, and yet it ran {places(astray)}.")
    they = (
        f"{names[0]} is {kind}: it"
        if len(names) == 1
        else f"{' and '.join(names)} are {kind}: they"
    )
    where = places(view.calls(*names)) if kind == "sync" else "on the event loop"
    return Finding(True, f"{they} ran {where}.")


def sent_first(view: View, request: str, tasks: tuple[str, ...], client: str = "client") -> Finding:
    """Say what came first, the answer or the tasks, and when the client had the answer."""
    sent, answer = view.mark(f"{request}: "), view.mark("response", client)
    called = view.calls(*tasks)
    if sent is None:
        return Finding(False, f"{request} was never answered.")
    if not called:
        return never(tasks[0])
    first = called[0]
    if first.start < sent.time:
        return Finding(False, f"{first.name} was called before the answer was sent.")
    who = "the client" if client == "client" else client
    text = sent_and_called(sent, first, answer, who)
    return (
        Finding(True, f"{text}.") if answer else Finding(False, f"{text}; {client} never had it.")
    )


def sent_and_called(
    sent: Event, first: Call, answer: Event | None, client: str = "the client"
) -> str:
    """Say when the answer was sent and the first task called, and when the client had it."""
    status, gap = sent.text.split()[-2], span(sent.time, first.start)
    text = f"The answer ({status}) was sent {gap} before {first.name} was called"
    if answer is None:
        return text
    side = "before" if answer.time < first.start else "after"
    return f"{text}; {client} had it {span(*sorted((answer.time, first.start)))} {side} that call"


def one_after_another(view: View, names: tuple[str, ...]) -> Finding:
    """Say whether each of the functions was called when the one before it had ended."""
    called = [call for name in names for call in view.calls(name)]
    if len(called) < len(names):
        return Finding(False, f"Of {len(names)} tasks {len(called) or 'none'} ran.")
    for earlier, later in pairwise(called):
        if later.start < earlier.end:
            text = f"{later.name} was called before {earlier.name} had ended."
            return Finding(False, text, differs=True)
    return Finding(True, "Never two at once: each was called when the one before it had ended.")


def ended_with(view: View, name: str, ending: Ending) -> Finding:
    """Say how a call ended."""
    call = view.call(name)
    if call is None:
        return never(name)
    words = "ran to its end" if call.ended == "return" else f"raised {call.text}"
    return Finding(call.ended == ending, f"{name} {words}.")


def beats_during(view: View, work: Call) -> int:
    """Count the heartbeats of the event loop while a call was under way."""
    return sum(work.start < beat.time < work.end for beat in view.marks("heartbeat"))


# -- register-product -----------------------------------------------------------------------------


def register_product(view: View) -> Iterator[Finding]:
    """See minitasks/scenarios/register_product.py."""
    tasks = ("register_to_blockchain", "send_confirmation_email")
    yield sent_first(view, "POST /products", tasks)
    yield ran(view, "sync", "register_product")
    yield ran(view, "async", "register_to_blockchain")
    yield ran(view, "sync", "send_confirmation_email")
    yield one_after_another(view, tasks)
    yield worked_on(view, tasks)


def worked_on(view: View, tasks: tuple[str, ...]) -> Finding:
    """Say how long the tasks went on after the client had its answer."""
    answer = view.mark("response", "client")
    ends = [call.end for call in view.calls(*tasks)]
    if answer is None or not ends:
        return Finding(False, "No task ended after the client had its answer.")
    sent = view.mark("POST /products: ")
    if sent is not None and sent.time < max(ends) < answer.time:
        return Finding(
            True,
            f"The answer was sent {span(sent.time, max(ends))} before the last task ended; the "
            "client read it later still.",
        )
    return either(
        max(ends) > answer.time,
        f"The last task ended {span(answer.time, max(ends))} after the client had its answer: the "
        "client did not wait.",
        "The client waited until the last task had ended.",
    )


# -- sync-task ------------------------------------------------------------------------------------


def sync_task(view: View) -> Iterator[Finding]:
    """See minitasks/scenarios/sync_task.py."""
    yield ran(view, "sync", "write_report")
    for report in view.calls("write_report"):
        beats = beats_during(view, report)
        blocked = f"in the {span(report.start, report.end)} that write_report blocked its thread"
        yield either(
            beats > 0,
            f"The event loop's heart beat {times(beats)} {blocked}.",
            f"The event loop's heart stood still {blocked}.",
        )
        yield suspended_during(view, "main", report)


def suspended_during(view: View, waiter: str, work: Call) -> Finding:
    """Say whether a coroutine was suspended while a thread worked for it."""
    parts = [part for call in view.calls(waiter) for part in call.slices]
    later = [part.start for part in parts if part.start > work.end]
    return either(
        bool(later) and not any(part.start < work.end <= part.end for part in parts),
        f"{waiter} was suspended meanwhile, and resumed "
        f"{span(work.end, min(later, default=work.end))} after {work.name} had returned.",
        f"{waiter} was not suspended while {work.name} ran.",
    )


def times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"


# -- frozen-loop ----------------------------------------------------------------------------------


def frozen_loop(view: View) -> Iterator[Finding]:
    """See minitasks/scenarios/frozen_loop.py."""
    yield sent_first(view, "POST /orders", ("write_report",), "client 1")
    yield ran(view, "async", "write_report")
    for report in view.calls("write_report"):
        beats = beats_during(view, report)
        yield either(
            beats == 0,
            f"It never awaits: for {span(report.start, report.end)} the event loop stood still.",
            f"The event loop's heart beat {times(beats)} while write_report ran.",
        )
        yield second_client_waited(view, report)


def second_client_waited(view: View, report: Call) -> Finding:
    """Say when the second client asked, and when it had its answer."""
    asked = view.mark("request sent", "client 2")
    answer = view.mark("response", "client 2")
    if asked is None or answer is None:
        return Finding(False, "Client 2 never had an answer.")
    waited = f"Client 2 waited {span(asked.time, answer.time)} for a list of books"
    return either(
        asked.time < report.end < answer.time,
        f"{waited}, until write_report was done.",
        f"{waited}, and not until write_report was done.",
    )


# -- in-order -------------------------------------------------------------------------------------


def in_order(view: View) -> Iterator[Finding]:
    """See minitasks/scenarios/in_order.py."""
    names = ("charge_card", "notify_warehouse", "print_label", "send_confirmation_email")
    yield added_first(view, names)
    yield in_the_order_of(view, names)
    yield one_after_another(view, names)
    yield ran(view, "sync", "charge_card", "print_label")
    yield ran(view, "async", "notify_warehouse", "send_confirmation_email")


def added_first(view: View, names: tuple[str, ...]) -> Finding:
    """Say whether every task was added before the first was called."""
    added, called = view.calls("add_task"), view.calls(*names)
    if not added or not called:
        return Finding(False, "No task was added, or none was called.")
    return either(
        added[-1].end < called[0].start,
        f"{len(added)} tasks were added before the first of them was called.",
        f"{called[0].name} was called before all tasks were added.",
    )


def in_the_order_of(view: View, names: tuple[str, ...]) -> Finding:
    """Say in which order functions were called."""
    order = tuple(call.name for call in view.calls(*names))
    return either(
        order == names,
        f"They were called in the order added: {', '.join(order)}.",
        f"The order was another: {', '.join(order) or 'none of them was called'}.",
        differs=sorted(order) == sorted(names),
    )


# -- first-failure --------------------------------------------------------------------------------


def first_failure(view: View) -> Iterator[Finding]:
    """See minitasks/scenarios/first_failure.py."""
    tasks = ("save_thumbnail", "register_to_blockchain", "send_confirmation_email")
    yield sent_first(view, "POST /products", tasks)
    yield ended_with(view, "save_thumbnail", "return")
    yield ended_with(view, "register_to_blockchain", "raise")
    if view.calls("register_to_blockchain"):
        yield either(
            not view.calls("send_confirmation_email"),
            "send_confirmation_email, behind it, was never called.",
            "send_confirmation_email, behind it, was called all the same.",
            differs=True,
        )
    yield either(
        any("ConnectionError" in mark.text for mark in view.marks("exception reaches")),
        "The exception reached the server, which can only log it: the answer was sent long ago.",
        "The exception did not reach the server: nobody will hear of it.",
    )


# -- pool-of-tokens -------------------------------------------------------------------------------


def pool_of_tokens(view: View) -> Iterator[Finding]:
    """See minitasks/scenarios/pool_of_tokens.py."""
    images, offloaded = view.calls("resize_image"), view.calls("offload")
    if not images or not offloaded:
        yield never("resize_image")
        return
    within = span(offloaded[0].start, offloaded[-1].start)
    yield Finding(True, f"{len(offloaded)} tasks asked for a thread within {within}.")
    yield ran(view, "sync", "resize_image")
    most = most_at_once(images)
    # Fewer than its tokens is a fault; more is what a limiter of one's own brings.
    yield Finding(
        most == 2,
        f"The default limiter has 2 tokens, and at most {most} ran at once.",
        differs=most > 2,
    )
    yield from those_that_waited(images, offloaded, most)


def most_at_once(some: list[Call]) -> int:
    """Count how many of some calls were under way at once, at most."""
    return max(sum(other.start <= call.start < other.end for other in some) for call in some)


def those_that_waited(images: list[Call], offloaded: list[Call], most: int) -> Iterator[Finding]:
    """Say which images waited for a token, and for how long."""
    askers = {argument(call, "number"): call for call in offloaded}
    first_done = min(image.end for image in images)
    # Where three ran at once nobody waits for one of two tokens: a thread may still come late.
    late = [image for image in images if image.start > first_done and most <= 2]
    for image in late:
        asker = askers.get(argument(image, "number"))
        if asker is None or asker.slices[0].end > image.start:
            yield Finding(False, "An image that had to wait kept the event loop busy.")
            continue
        waited = span(asker.start, image.start)
        text = f"Image {argument(image, 'number')} waited {waited} for a token, suspended."
        yield Finding(True, text)
    if len(late) != 2:
        text = f"{len(late)} of {len(images)} images waited for a token."
        yield Finding(False, text, differs=not late)


def argument(call: Call, name: str) -> str:
    return dict(call.arguments).get(name, "?")


# -- context --------------------------------------------------------------------------------------


def context(view: View) -> Iterator[Finding]:
    """See minitasks/scenarios/context.py."""
    in_thread = what_is_seen(view, "the thread sees ")
    after_thread, after_coroutine = what_is_seen(view, "the caller sees ")
    yield ran(view, "sync", "write_audit_log")
    if view.calls("write_audit_log"):
        yield Finding(
            in_thread[0] == "ada",
            f"The caller had set current_user to ada, and write_audit_log saw {in_thread[0]}.",
        )
        yield Finding(
            after_thread == "ada",
            f"It set it to {in_thread[1]}; after that the caller saw {after_thread}.",
        )
    yield ran(view, "async", "switch_user")
    if view.calls("switch_user"):
        yield Finding(
            after_coroutine == "grace",
            f"It set it to grace; after that the caller saw {after_coroutine}.",
        )


def what_is_seen(view: View, beginning: str) -> list[str]:
    """Read from two marks what the context variable held; the run may have ended before them."""
    seen = [mark.text.removeprefix(beginning) for mark in view.marks(beginning)]
    return [*seen, "nothing", "nothing"][:2]


# -- lost-coroutine -------------------------------------------------------------------------------


def lost_coroutine(view: View) -> Iterator[Finding]:
    """See minitasks/scenarios/lost_coroutine.py."""
    receivers = " ".join(argument(call, "to") for call in view.calls("send_email"))
    yield ran(view, "sync", "send_later")
    if view.calls("send_later"):
        yield either(
            "ada" not in receivers,
            "It returned a coroutine that nobody awaited: send_email did not run for ada.",
            "Somebody awaited the coroutine that it returned: send_email ran for ada.",
        )
        yield who_noticed(view)
    if "grace" in receivers:
        yield ran(view, "async", "send_email")
    else:
        yield Finding(False, "The partial was not seen through: send_email did not run for grace.")


def who_noticed(view: View) -> Finding:
    """Say who noticed the lost coroutine."""
    warned = view.mark("RuntimeWarning")
    if any("Trio expected" in call.text for call in view.calls()):
        return Finding(True, "trio looks at what a thread returns, and raised TypeError.")
    if warned:
        return Finding(True, f"Python only warned. {warned.text}.")
    return Finding(False, "Nobody noticed.")


# -- cancelled ------------------------------------------------------------------------------------


def cancelled(view: View) -> Iterator[Finding]:
    """See minitasks/scenarios/cancelled.py."""
    service = view.call("call_slow_service")
    yield never("call_slow_service") if service is None else stopped(service)
    yield ran(view, "sync", "copy_file")
    yield scope_waits(view)
    behind = view.call("send_confirmation_email")
    yield never("send_confirmation_email") if behind is None else stopped(behind)
    if view.mark("task cancelled"):
        yield asyncio_goes_on(view)


def stopped(call: Call) -> Finding:
    """Say whether an async task was stopped at an await."""
    return either(
        call.ended == "raise",
        f"{call.name} was stopped after {span(call.start, call.end)}: its await raised "
        f"{call.text.partition('(')[0]}.",
        f"{call.name} was not stopped.",
    )


def scope_waits(view: View) -> Finding:
    """Say whether a cancelled scope waited for its thread."""
    begins, over, copy = view.mark("scope"), view.mark("caller"), view.call("copy_file")
    if begins is None or over is None or copy is None or copy.end < begins.time:
        return Finding(False, "copy_file did not run on after its cancel scope was cancelled.")
    ran_on = (
        f"Its cancel scope was cancelled, and copy_file ran on for {span(begins.time, copy.end)}"
    )
    return either(
        copy.end < over.time,
        f"{ran_on} to its end: the caller waited.",
        f"{ran_on}: the caller did not wait.",
    )


def asyncio_goes_on(view: View) -> Finding:
    """Say whether asyncio's own cancellation left its thread behind."""
    begins, upload = view.mark("task cancelled"), view.call("upload_file")
    over = view.mark("caller goes on, ")
    if begins is None or over is None or upload is None or upload.end < over.time:
        return Finding(False, "asyncio's cancel waited until upload_file had ended.", differs=True)
    return Finding(
        "0 tokens" in over.text,
        f"asyncio's cancel waited {span(begins.time, over.time)}: the caller went on with "
        f"{over.text.split(', ')[1]}, and upload_file ran on for {span(over.time, upload.end)}.",
    )


# -- four-ways ------------------------------------------------------------------------------------

WAYS = {
    # Tokens taken, user seen, whether keywords are passed on and the thread is left behind.
    "run_in_threadpool": (1, "ada", True, False),
    "anyio.to_thread.run_sync": (1, "ada", False, False),
    "asyncio.to_thread": (0, "ada", True, True),
    "ThreadPoolExecutor": (0, "nobody", True, True),
}
ASYNCIO_ONLY = ("asyncio.to_thread", "ThreadPoolExecutor")


def four_ways(view: View) -> Iterator[Finding]:
    """See minitasks/scenarios/four_ways.py."""
    begins = [mark for mark in view.marks("") if mark.text in WAYS]
    if not begins:
        yield Finding(False, "None of the four ways was tried.")
    times = [*(mark.time for mark in begins), view.end]
    for mark, (start, end) in zip(begins, pairwise(times), strict=True):
        calls = {call.name: call for call in view.calls() if start <= call.start < end}
        yield one_way(mark.text, calls)


def one_way(way: str, calls: dict[str, Call]) -> Finding:
    """Say what one of the four ways did, from the calls that it made."""
    if calls["try_out"].ended == "raise":
        why = calls["try_out"].text
        return Finding(way in ASYNCIO_ONLY, f"{way}: not on this event loop: {why}.")
    if "look_around" not in calls:
        return Finding(False, f"{way}: the function was never called.")
    tokens, user = ast.literal_eval(calls["look_around"].text)
    left_behind = "linger" in calls and calls["linger"].text == "True"
    found = (tokens, user, "greet" in calls, left_behind)
    return Finding(found == WAYS[way], f"{way}: {'; '.join(in_words(*found))}.")


def in_words(tokens: int, user: str, keyword: bool, left_behind: bool) -> Iterator[str]:
    """Say what one of the four ways did."""
    yield "a token" if tokens else "no token"
    yield "context" if user == "ada" else "no context"
    yield "keywords" if keyword else "no keywords"
    yield "a cancel scope does not wait" if left_behind else "a cancel scope waits"


SCENARIOS: dict[str, Callable[[View], Iterator[Finding]]] = {
    "register-product": register_product,
    "sync-task": sync_task,
    "frozen-loop": frozen_loop,
    "in-order": in_order,
    "first-failure": first_failure,
    "pool-of-tokens": pool_of_tokens,
    "context": context,
    "lost-coroutine": lost_coroutine,
    "cancelled": cancelled,
    "four-ways": four_ways,
}
