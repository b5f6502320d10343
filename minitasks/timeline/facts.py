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
    """

    holds: bool
    text: str


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


def either(holds: bool, text: str, otherwise: str) -> Finding:
    """Say one thing where it holds, and another where it does not."""
    return Finding(holds, text if holds else otherwise)


# -- times and places -----------------------------------------------------------------------------


def span(start: int, end: int) -> str:
    """Say how long it is from one moment to another."""
    milliseconds = (end - start) / 1e6
    return f"{milliseconds:.0f} ms" if milliseconds >= 10 else f"{milliseconds:.1f} ms"


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


def answered_first(facts: Facts, tasks: tuple[str, ...], client: str = "client") -> Finding:
    """Say when a client had its answer, and what was called before that."""
    sent = facts.mark("request sent", client)
    answer = facts.mark("response", client)
    who = "the client" if client == "client" else client
    if sent is None or answer is None:
        return Finding(False, f"{who.capitalize()} never had an answer.")
    status = answer.text.split()[1]
    early = [call.name for call in facts.calls(*tasks) if call.start < answer.time]
    if early:
        return Finding(False, f"{early[0]} was called before {who} had its answer ({status}).")
    after = f"{who.capitalize()} had its answer ({status}) after {span(sent.time, answer.time)}"
    return Finding(status[0] == "2", f"{after}, before any task was called.")


def one_after_another(facts: Facts, names: tuple[str, ...]) -> Finding:
    """Say whether each of the functions was called when the one before it had ended."""
    called = [call for name in names for call in facts.calls(name)]
    if len(called) < len(names):
        return Finding(False, f"Of {len(names)} tasks {len(called) or 'none'} ran.")
    for earlier, later in pairwise(called):
        if later.start < earlier.end:
            return Finding(False, f"{later.name} was called before {earlier.name} had ended.")
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
