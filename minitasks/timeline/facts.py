"""Facts: a recorded run, as words.py and the tests ask about it, and the sentences they share."""

from dataclasses import dataclass
from itertools import pairwise

from minitasks.timeline.calls import Call, calls
from minitasks.timeline.events import Event, Lane, Timeline
from minitasks.timeline.stretches import Ending


@dataclass(frozen=True)
class Finding:
    """One sentence on a run.

    Attributes:
        holds: Whether the run did what minitasks and Starlette do.
        text: What it did.
        differs: It does not hold, but a library may want it so, such as tasks side by side.
    """

    holds: bool
    text: str
    differs: bool = False


class Facts:
    """A recorded run, as the sentences ask about it.

    Attributes:
        events: What happened, in the order of time.
        end: A moment when all had happened, in nanoseconds since the recording began.
        loop: The lane of the event loop that runs the scenario; a wrong library may start another.
    """

    def __init__(self, timeline: Timeline) -> None:
        self.events = timeline.events
        self.end = timeline.events[-1].time + 1 if timeline.events else 0
        self._lanes = {lane.number: lane for lane in timeline.lanes}
        self._calls = calls(timeline)
        self.loop = next((call.lane for call in self.calls("main")), None)

    def calls(self, *names: str) -> list[Call]:
        """List the calls of some functions, or of all, in the order in which they began."""
        return [call for call in self._calls if call.name in names or not names]

    def call(self, name: str) -> Call | None:
        """Find the first call of a function."""
        return next(iter(self.calls(name)), None)

    def marks(self, beginning: str, lane: str = "") -> list[Event]:
        """List the marks with such a beginning, of one lane or of all."""
        return [
            event
            for event in self.events
            if event.kind == "mark"
            and event.text.startswith(beginning)
            and lane in ("", self._lanes[event.lane].name)
        ]

    def mark(self, beginning: str, lane: str = "") -> Event | None:
        """Find the first such mark."""
        return next(iter(self.marks(beginning, lane)), None)


def either(holds: bool, text: str, otherwise: str, differs: bool = False) -> Finding:
    """Say one thing where it holds, and another where it does not."""
    return Finding(holds, text if holds else otherwise, differs and not holds)


# -- times and places -----------------------------------------------------------------------------


def span(start: int, end: int) -> str:
    """Say how long it is from one moment to another."""
    milliseconds = (end - start) / 1e6
    digits = 0 if milliseconds >= 10 else 1 if milliseconds >= 0.1 else 2
    return f"{milliseconds:.{digits}f} ms"


def places(some: list[Call]) -> str:
    """Say where some calls ran."""
    lanes = sorted(
        {call.lane.name: call.lane for call in some}.values(), key=lambda lane: lane.name
    )
    return " and ".join(place(lane) for lane in lanes)


def place(lane: Lane) -> str:
    """Say where something ran."""
    if lane.kind != "event loop":
        return f"in {lane.name}"
    return "on the event loop's thread" if lane.name == "event loop" else f"on {lane.name}"


def never(name: str) -> Finding:
    """Say that something that should have happened did not."""
    return Finding(False, f"{name} was never called.")


# -- sentences that several scenarios share -------------------------------------------------------


def sync_in_thread(facts: Facts, *names: str) -> Finding:
    """Say where sync functions ran."""
    for name in names:
        if not facts.calls(name):
            return never(name)
        astray = [call for call in facts.calls(name) if call.lane == facts.loop]
        if astray:
            return Finding(False, f"{name} is sync, and yet it ran {places(astray)}.")
    return Finding(True, f"{are(names, 'sync')} {places(facts.calls(*names))}.")


def async_on_loop(facts: Facts, *names: str) -> Finding:
    """Say where async functions ran."""
    for name in names:
        if not facts.calls(name):
            return never(name)
        astray = [call for call in facts.calls(name) if call.lane != facts.loop]
        if astray:
            return Finding(False, f"{name} is async, and yet it ran {places(astray)}.")
    return Finding(True, f"{are(names, 'async')} on the event loop.")


def are(names: tuple[str, ...], kind: str) -> str:
    """Begin a sentence on one function or several."""
    if len(names) == 1:
        return f"{names[0]} is {kind}: it ran"
    return f"{' and '.join(names)} are {kind}: they ran"


def sent_first(
    facts: Facts, request: str, tasks: tuple[str, ...], client: str = "client"
) -> Finding:
    """Say what came first, the answer or the tasks, and when the client had the answer."""
    sent, answer = facts.mark(f"{request}: "), facts.mark("response", client)
    called = facts.calls(*tasks)
    if sent is None:
        return Finding(False, f"{request} was never answered.")
    if not called:
        return never(tasks[0])
    first = called[0]
    which = f"The answer ({sent.text.split()[-2]})"
    if first.start < sent.time:
        return Finding(False, f"{first.name} was called before the answer was sent.")
    before = f"{which} was sent {span(sent.time, first.start)} before {first.name} was called"
    if answer is None:
        return Finding(False, f"{before}; {client} never had it.")
    side = "before" if answer.time < first.start else "after"
    gap = span(*sorted((answer.time, first.start)))
    who = "the client" if client == "client" else client
    return Finding(True, f"{before}; {who} had it {gap} {side} that call.")


def one_after_another(facts: Facts, names: tuple[str, ...]) -> Finding:
    """Say whether each of the functions was called when the one before it had ended."""
    called = [call for name in names for call in facts.calls(name)]
    if len(called) < len(names):
        return Finding(False, f"Of {len(names)} tasks {len(called) or 'none'} ran.")
    for earlier, later in pairwise(called):
        if later.start < earlier.end:
            text = f"{later.name} was called before {earlier.name} had ended."
            return Finding(False, text, differs=True)
    return Finding(True, "Never two at once: each was called when the one before it had ended.")


def ended_with(facts: Facts, name: str, ending: Ending) -> Finding:
    """Say how a call ended."""
    call = facts.call(name)
    if call is None:
        return never(name)
    words = "ran to its end" if call.ended == "return" else f"raised {call.text}"
    return Finding(call.ended == ending, f"{name} {words}.")


def beats_during(facts: Facts, work: Call) -> int:
    """Count the heartbeats of the event loop while a call was under way."""
    return sum(work.start < beat.time < work.end for beat in facts.marks("heartbeat"))
