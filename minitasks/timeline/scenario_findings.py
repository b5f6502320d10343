"""Scenario findings: what a run of a scenario has shown, and whether Starlette does the same.

A function for each scenario gives its sentences. Most are those that are said of any program
(own_findings.py); here it is known what should come out. What a learner's own library does
otherwise is said, too: then the sentence does not hold.
"""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise

from minitasks.scenarios import find_scenario
from minitasks.timeline.calls import Call, View
from minitasks.timeline.events import Event
from minitasks.timeline.findings import Finding, span, times
from minitasks.timeline.own_code import Run
from minitasks.timeline.own_findings import Task, find_own, in_order, sent_before

PLACE = re.compile(r" \(\S+\.py:\d+\)")


class NeverSeenError(Exception):
    """What a sentence is about did not happen; the message says so."""


class Story:
    """A scenario's recorded run."""

    def __init__(self, scenario: str, view: View) -> None:
        self.view = view
        self.run = Run(view, frozenset([str(find_scenario(scenario).file)]))
        self._said = find_own(self.run)

    def calls(self, *names: str) -> list[Call]:
        """List the calls of some functions; of the first there must be one."""
        calls = self.view.calls(*names)
        if not calls:
            raise NeverSeenError(f"{names[0]} was never called.")
        return calls

    def call(self, name: str) -> Call:
        return self.calls(name)[0]

    def mark(self, beginning: str) -> Event:
        mark = self.view.mark(beginning)
        if mark is None:
            raise NeverSeenError(f'It never came to "{beginning}".')
        return mark

    def tasks(self, *names: str) -> list[Task]:
        """List the calls of some functions as tasks: any library may have called them."""
        calls = self.calls(*names)
        return [Task(call, call, call.name, True, call.lane.kind != "event loop") for call in calls]

    def said(self, kind: str, function: str = "") -> list[Finding]:
        """List what is said of any program, of some kind, of one function or of all."""
        about = [each for each in self._said if each.kind == kind]
        return [each for each in about if function in ("", each.figures.get("function"))]

    def ran(self, name: str) -> Finding:
        """Say where a function ran: a sync one should be in a worker thread."""
        self.calls(name)
        for said in self.said("ran", name):
            return replace(said, holds=said.figures["is_async"] == said.figures["on_event_loop"])
        raise NeverSeenError(f"{name} was called where it was added.")


def find(scenario: str, view: View) -> list[Finding]:
    """Say what a run has shown.

    Args:
        scenario: The scenario's name, such as "register-product".
        view: Its recorded run.
    """
    told: list[Finding] = []
    try:
        for finding in SCENARIOS[scenario](Story(scenario, view)):
            # A scenario is one file: its lines stand among the figures.
            told.append(replace(finding, kind="", text=PLACE.sub("", finding.text)))
    except NeverSeenError as problem:
        told.append(Finding(False, str(problem)))
    return told


def either(holds: bool, text: str, otherwise: str, differs: bool = False) -> Finding:
    """Say one thing where it holds, and another where it does not."""
    return Finding(holds, text if holds else otherwise, differs and not holds)


def sent_first(story: Story, *tasks: str) -> Iterator[Finding]:
    """Say what came first, the answer or the tasks."""
    if story.run.mark("sent") is None:
        raise NeverSeenError("The request was never answered.")
    yield from sent_before(story.run, story.tasks(*tasks))


def in_the_order_of(story: Story, *names: str) -> Iterator[Finding]:
    """Say in which order tasks ran, and whether one by one; more than one must have."""
    tasks = story.tasks(*names)
    order = [task.name for task in tasks]
    for said in in_order(tasks):
        other = "" if order == list(names) else " They were added in another order."
        holds = not other and bool(said.figures["one_by_one"])
        is_all = sorted(order) == sorted(names)
        yield replace(said, holds=holds, text=said.text + other, differs=is_all and not holds)


# -- the scenarios --------------------------------------------------------------------------------


def register_product(story: Story) -> Iterator[Finding]:
    """See minitasks/scenarios/register_product.py."""
    tasks = ("register_to_blockchain", "send_confirmation_email")
    yield from sent_first(story, *tasks)
    yield story.ran("register_product")
    yield from map(story.ran, tasks)
    yield from in_the_order_of(story, *tasks)


def sync_task(story: Story) -> Iterator[Finding]:
    """See minitasks/scenarios/sync_task.py."""
    yield story.ran("write_report")
    work = story.call("write_report")
    beats = sum(work.start < beat.time < work.end for beat in story.view.marks("heartbeat"))
    yield Finding(
        beats > 0,
        f"The event loop's heart beat {times(beats)} in the {span(work.start, work.end)} that "
        "write_report blocked its thread.",
    )
    parts = story.call("main").slices
    resumed = min((part.start for part in parts if part.start > work.end), default=0)
    yield either(
        resumed > 0 and not any(part.start < work.end <= part.end for part in parts),
        f"main was suspended meanwhile, and resumed {span(work.end, resumed)} after write_report "
        "had returned.",
        "main was not suspended while write_report ran.",
    )


def frozen_loop(story: Story) -> Iterator[Finding]:
    """See minitasks/scenarios/frozen_loop.py."""
    yield from sent_first(story, "write_report")
    yield story.ran("write_report")
    for held in story.said("held", "write_report"):
        yield replace(held, holds=held.figures["requests_waited"] == 1)
    if not story.said("held", "write_report"):
        yield Finding(False, "The event loop went on while write_report ran.")


def in_order_added(story: Story) -> Iterator[Finding]:
    """See minitasks/scenarios/in_order.py."""
    names = ("charge_card", "notify_warehouse", "print_label", "send_confirmation_email")
    added, first = story.calls("add_task"), story.calls(*names)[0]
    yield either(
        added[-1].end < first.start,
        f"{len(added)} tasks were added before the first of them was called.",
        f"{first.name} was called before all tasks were added.",
    )
    yield from in_the_order_of(story, *names)
    yield from map(story.ran, names)


def first_failure(story: Story) -> Iterator[Finding]:
    """See minitasks/scenarios/first_failure.py."""
    behind = "send_confirmation_email"
    yield from sent_first(story, "save_thumbnail", "register_to_blockchain", behind)
    yield story.ran("save_thumbnail")
    story.calls("register_to_blockchain")
    for said in story.said("raised")[-1:]:
        yield replace(said, holds="reached the server" in said.text)
    yield either(
        not story.view.calls(behind),
        f"{behind}, behind it, was never called.",
        f"{behind}, behind it, was called all the same.",
        differs=True,
    )


def pool_of_tokens(story: Story) -> Iterator[Finding]:
    """See minitasks/scenarios/pool_of_tokens.py."""
    yield story.ran("resize_image")
    images, waited = story.calls("resize_image"), story.said("waited")
    most = max(sum(other.start <= call.start < other.end for other in images) for call in images)
    # Fewer than its tokens is a fault; more is what a limiter of one's own brings.
    text = f"The default limiter has 2 tokens, and at most {most} ran at once."
    yield Finding(most == 2, text, differs=most > 2)
    yield from waited
    if len(waited) != 2:
        text = f"{len(waited)} of {len(images)} images waited for a token."
        yield Finding(False, text, differs=not waited)


def context(story: Story) -> Iterator[Finding]:
    """See minitasks/scenarios/context.py."""
    yield story.ran("write_audit_log")
    seen = {
        who: [mark.text.rpartition(" ")[2] for mark in story.view.marks(f"the {who} sees ")]
        for who in ("thread", "caller")
    }
    before, changed, *_ = [*seen["thread"], "nothing", "nothing"]
    after_thread, after_coroutine, *_ = [*seen["caller"], "nothing", "nothing"]
    text = f"The caller had set current_user to ada, and write_audit_log saw {before}."
    yield Finding(before == "ada", text)
    text = f"It set it to {changed}; after that the caller saw {after_thread}."
    yield Finding(after_thread == "ada", text)
    yield story.ran("switch_user")
    text = f"It set it to grace; after that the caller saw {after_coroutine}."
    yield Finding(after_coroutine == "grace", text)


def lost_coroutine(story: Story) -> Iterator[Finding]:
    """See minitasks/scenarios/lost_coroutine.py."""
    yield story.ran("send_later")
    emails = story.view.calls("send_email")
    if any("ada" in dict(call.arguments)["to"] for call in emails):
        text = "Somebody awaited the coroutine that it returned: send_email ran for ada."
        yield Finding(False, text)
    else:
        text = "It returned a coroutine that nobody awaited: send_email did not run for ada."
        noticed = who_noticed(story.view)
        yield Finding(bool(noticed), f"{text} {noticed or 'Nobody noticed.'}")
    yield story.ran("send_email")


def who_noticed(view: View) -> str:
    """Say who noticed the lost coroutine."""
    if any("Trio expected" in call.text for call in view.calls()):
        return "trio looks at what a thread returns, and raised TypeError."
    return "Python only warned." if view.mark("RuntimeWarning") else ""


def cancelled(story: Story) -> Iterator[Finding]:
    """See minitasks/scenarios/cancelled.py."""
    yield stopped(story.call("call_slow_service"))
    yield story.ran("copy_file")
    begins, over = story.mark("scope cancelled"), story.mark("caller goes on")
    copy = story.call("copy_file")
    waited = span(begins.time, max(begins.time, copy.end))
    ran_on = f"Its cancel scope was cancelled, and copy_file ran on for {waited}"
    yield either(
        begins.time < copy.end < over.time,
        f"{ran_on} to its end: the caller waited.",
        f"{ran_on}: the caller did not wait.",
    )
    yield stopped(story.call("send_confirmation_email"))
    if story.view.mark("task cancelled"):
        yield asyncio_goes_on(story)


def stopped(call: Call) -> Finding:
    """Say whether an async task was stopped at an await."""
    return either(
        call.ended == "raise",
        f"{call.name} was stopped after {span(call.start, call.end)}: its await raised "
        f"{call.text.partition('(')[0]}.",
        f"{call.name} was not stopped.",
    )


def asyncio_goes_on(story: Story) -> Finding:
    """Say whether asyncio's own cancellation left its thread behind."""
    begins, over = story.mark("task cancelled"), story.mark("caller goes on, ")
    upload = story.call("upload_file")
    if upload.end < over.time:
        return Finding(False, "asyncio's cancel waited until upload_file had ended.", differs=True)
    return Finding(
        "0 tokens" in over.text,
        f"asyncio's cancel waited {span(begins.time, over.time)}: the caller went on with "
        f"{over.text.split(', ')[1]}, and upload_file ran on for {span(over.time, upload.end)}.",
    )


WAYS = {
    "run_in_threadpool": "a token; context; keywords; a cancel scope waits",
    "anyio.to_thread.run_sync": "a token; context; no keywords; a cancel scope waits",
    "asyncio.to_thread": "no token; context; keywords; a cancel scope does not wait",
    "ThreadPoolExecutor": "no token; no context; keywords; a cancel scope does not wait",
}
ASYNCIO_ONLY = ("asyncio.to_thread", "ThreadPoolExecutor")


def four_ways(story: Story) -> Iterator[Finding]:
    """See minitasks/scenarios/four_ways.py."""
    story.calls("try_out")
    begins = [mark for mark in story.view.all_marks if mark.text in WAYS]
    times = [*(mark.time for mark in begins), story.view.end]
    for mark, (start, end) in zip(begins, pairwise(times), strict=True):
        calls = {call.name: call for call in story.view.calls() if start <= call.start < end}
        yield one_way(mark.text, calls)


def one_way(way: str, calls: dict[str, Call]) -> Finding:
    """Say what one of the four ways did, from the calls that it made."""
    if calls["try_out"].ended == "raise":
        why = calls["try_out"].text
        return Finding(way in ASYNCIO_ONLY, f"{way}: not on this event loop: {why}.")
    if "look_around" not in calls:
        return Finding(False, f"{way}: the function was never called.")
    tokens, user = ast.literal_eval(calls["look_around"].text)
    is_left = "linger" in calls and calls["linger"].text == "True"
    did = (
        "a token" if tokens else "no token",
        "context" if user == "ada" else "no context",
        "keywords" if "greet" in calls else "no keywords",
        f"a cancel scope {'does not wait' if is_left else 'waits'}",
    )
    return Finding("; ".join(did) == WAYS[way], f"{way}: {'; '.join(did)}.")


SCENARIOS: dict[str, Callable[[Story], Iterator[Finding]]] = {
    "register-product": register_product,
    "sync-task": sync_task,
    "frozen-loop": frozen_loop,
    "in-order": in_order_added,
    "first-failure": first_failure,
    "pool-of-tokens": pool_of_tokens,
    "context": context,
    "lost-coroutine": lost_coroutine,
    "cancelled": cancelled,
    "four-ways": four_ways,
}
