"""Ask: let a learner predict what a run has shown, before it is drawn.

Each question is made from a sentence of the run, and its answer is read from the same recording.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

from minitasks.errors import CannotRun
from minitasks.timeline.calls import Call, View
from minitasks.timeline.findings import Finding, named_in
from minitasks.timeline.terminal import draw_lanes, glyphs_for, in_words, print_lines

MOST = 5  # questions
PLACES = {"event loop": "on the event loop", "worker thread": "in a worker thread"}


@dataclass(frozen=True)
class Question:
    """One question, made from a sentence."""

    text: str
    options: tuple[str, ...]
    right: int  # the index of the right option
    sentence: Finding
    functions: tuple[str, ...]  # whose bars answer it


def need_terminal() -> None:
    """Make sure, before anything runs, that there is somebody to ask."""
    if sys.stdin is None or not sys.stdin.isatty() or not sys.stdout.isatty():
        raise CannotRun("--ask needs a terminal to ask in: run it there, or leave out --ask")


def ask(console: Console, view: View, own: Path | None, found: list[Finding]) -> None:
    """Ask up to five questions on a run, and answer each by its sentence and its bars."""
    questions = questions_on(view, found)
    if not questions:
        return
    console.print(Text("Before you see it: what do you expect? Type a number, then Enter."))
    for question in questions:
        console.print(Text(f"\n{question.text}", style="bold"))
        for number, option in enumerate(question.options, start=1):
            console.print(Text(f"  {number}  {option}"))
        choice = click.prompt("", type=click.IntRange(1, len(question.options)), prompt_suffix="> ")
        answer = question.options[question.right]
        console.print(Text("Yes." if choice - 1 == question.right else f"No: {answer}."))
        print_lines(console, in_words(question.sentence, console.width, glyphs_for(console)))
        print_lines(console, bars_of(view, own, question.functions, console))
    console.print()


def questions_on(view: View, found: list[Finding]) -> list[Question]:
    """Choose the questions: of each kind the first, then more of where functions ran."""
    # What a scenario's sentence says of a library that is wrong is no rule to be learned. What an
    # application did is its own, right or not.
    told = [finding for finding in found if finding.holds or finding.kind]
    asked: list[Question] = []
    for make in (on_sending, on_the_client, on_order, on_endings, on_missing):
        asked += islice(chain.from_iterable(make(finding, view) for finding in told), 1)
    asked += islice(on_the_loop(told, view), 1)
    asked += chain.from_iterable(map(on_words, told))
    asked += chain.from_iterable(on_places(finding, view) for finding in told)
    return list({question.text: question for question in asked}.values())[:MOST]


def on_places(finding: Finding, view: View) -> Iterator[Question]:
    if not re.search(r"\bran (on|in)\b", finding.text):
        return
    for call in named_in(finding, view):
        kinds = {each.lane.kind for each in view.calls(call.name)}
        if len(kinds) == 1 and call.lane.kind in PLACES:
            right = list(PLACES).index(call.lane.kind)
            text = f"Where does {call.name} run?"
            yield Question(text, tuple(PLACES.values()), right, finding, (call.name,))


def on_order(finding: Finding, view: View) -> Iterator[Question]:
    if "order" not in finding.text:
        return
    ordered = sorted(named_in(finding, view), key=lambda call: call.start)
    if len(ordered) >= 2:
        # Alphabetically: the order in which they are shown gives nothing away.
        options = tuple(sorted(call.name for call in ordered[:2]))
        right = options.index(ordered[0].name)
        yield Question("Which is called first?", options, right, finding, options)


def on_sending(finding: Finding, view: View) -> Iterator[Question]:
    sent = [mark.time for mark in view.all_marks if re.search(r": \d+ sent$", mark.text)]
    if sent and " sent " in finding.text and "called" in finding.text:
        for call in named_in(finding, view)[:1]:
            options = ("the answer is sent", f"{call.name} is called")
            right = int(call.start < sent[0])
            yield Question("Which comes first?", options, right, finding, (call.name,))


def on_the_client(finding: Finding, view: View) -> Iterator[Question]:
    answer = view.mark("response")
    if answer and "the client had it" in finding.text:
        begun = min((call.start for call in named_in(finding, view)), default=view.end)
        tasks = [call for call in view.all_calls if call.start >= begun]
        later = [call.name for call in tasks if call.end > answer.time]
        if later:
            options = ("the client waits for them", "the client has its answer and goes on")
            yield Question("While the tasks run:", options, 1, finding, (later[-1],))


def on_endings(finding: Finding, view: View) -> Iterator[Question]:
    if not re.search(r"\b(raised|was stopped)\b", finding.text):
        return
    for call in named_in(finding, view)[:1]:
        if call.ended == "raise":
            options = ("it returns", "it raises an exception")
            yield Question(f"How does {call.name} end?", options, 1, finding, (call.name,))


def on_missing(finding: Finding, view: View) -> Iterator[Question]:
    if found := re.match(r"(\w+)\b.*\bwas never called", finding.text):
        yield Question(f"Is {found[1]} called?", ("yes, later", "no, never"), 1, finding, ())


def on_the_loop(found: list[Finding], view: View) -> Iterator[Question]:
    """Ask whether the event loop goes on while what was named last runs."""
    latest: Call | None = None
    for finding in found:
        latest = next(iter(named_in(finding, view)), latest)
        still = re.search("event loop stood still|held the event loop", finding.text)
        if latest and (still or "heart beat" in finding.text):
            text = f"While {latest.name} runs, does the event loop go on?"
            options = ("yes, it goes on", "no, it stands still")
            yield Question(text, options, int(bool(still)), finding, (latest.name,))


GOES_ON = {"waits?": "it waits for the thread", "does not|went": "it goes on at once"}
# Questions on what one word of a sentence says: the sentence's pattern, whose group `word` is asked
# for; the question, with other groups in it; the options, by the word that makes each right.
WORDS = (
    (
        r"(?P<way>[\w.]+): .*a cancel scope (?P<word>waits|does not)",
        "Its cancel scope is cancelled while {way} waits for its thread. What does the caller do?",
        GOES_ON,
    ),
    (
        r"(?P<way>[\w.]+): (?P<word>a|no) token",
        "Does {way} take a token?",
        {"a": "yes", "no": "no"},
    ),
    (
        r"Its cancel scope was cancelled, and (?P<name>\w+) .* the caller (?P<word>wait)ed",
        "Its cancel scope is cancelled while {name} runs in a thread. What does the caller do?",
        GOES_ON,
    ),
    (
        r"the caller (?P<word>went) on with \d+ tokens? taken, and (?P<name>\w+) ran on",
        "asyncio cancels the task that waits for {name}. What does the caller do?",
        GOES_ON,
    ),
    (
        r"had set (?P<name>\w+) to (?P<word>\w+), and (?P<reader>\w+) saw (?P=word)",
        "Does {reader} see what its caller had set {name} to?",
        {"": "no", ".+": "yes"},
    ),
    (
        r"It set it to (?P<new>\w+); after that the caller saw (?!(?P=new)\b)(?P<word>\w+)",
        "Then it is set to {new} by the function in the thread. What does the caller see?",
        {"": "{new}", ".+": "what was there before"},
    ),
    (
        r"(?P<name>\w+) was (?P<word>suspended) meanwhile",
        "Meanwhile, what is {name}, which awaits it?",
        {"blocked": "blocked, with its thread", "suspended": "suspended: its thread is free"},
    ),
    (
        r"nobody awaited: (?P<name>\w+) (?P<word>did not) run for (?P<whom>\w+)",
        "Does {name} run for {whom}?",
        {"did": "yes", "did not": "no"},
    ),
    (
        r"Python only (?P<word>warned)\.",
        "What does Python do about it?",
        {"raised": "it raises an exception", "warned": "it prints a warning"},
    ),
    (
        r"limiter has (?P<tokens>\d+) tokens, and at most (?P<word>\d+) ran at once",
        "There are {tokens} tokens. How many of the tasks run at once, at most?",
        {"1": "1", "2": "2", "4": "4"},
    ),
    (
        r"^(?P<name>\w+) was called, and (?P<word>nobody) awaited its coroutine",
        "{name} is called. Does it run?",
        {"somebody": "yes", "nobody": "no"},
    ),
    (
        r"(?P<name>\w+)(?: \(.*\))? (?P<word>waited) .* the \w+ tokens?\.",
        "Does {name} run as soon as it is handed to a thread?",
        {"at once": "yes", "waited": "no: it waits for a token"},
    ),
)


def on_words(finding: Finding) -> Iterator[Question]:
    for pattern, text, options in WORDS:
        said = re.search(pattern, finding.text)
        right = [bool(re.fullmatch(word, said["word"])) for word in options] if said else []
        if said and any(right):
            groups = said.groupdict()
            functions = tuple(groups[group] for group in ("name", "reader") if group in groups)
            shown = tuple(option.format(**groups) for option in options.values())
            yield Question(text.format(**groups), shown, right.index(True), finding, functions)


def bars_of(
    view: View, own: Path | None, functions: tuple[str, ...], console: Console
) -> Iterator[Text]:
    """Give the time axis and the lines of some functions, each below the name of its lane."""
    axis, *lines = draw_lanes(view, own, console.width, glyphs_for(console))
    yield axis
    heading: list[Text] = []
    lanes = tuple(lane.name for lane in view.lanes)
    for line in lines:
        if line.plain.startswith(lanes):
            heading = [line]
        elif any(re.match(rf" *{re.escape(name)}\b", line.plain) for name in functions):
            yield from (*heading, line)
            heading = []
