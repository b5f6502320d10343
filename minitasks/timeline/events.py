"""Events: what a recording is made of. Frozen data: every picture is drawn from the same facts.

An `Event` is one thing that happened, a `Timeline` the whole run; a `Lane` is one thread.
"""

from dataclasses import dataclass
from typing import Literal

from minitasks.tracing.threads import Lane

Kind = Literal["call", "line", "suspend", "resume", "return", "raise", "mark"]


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened.

    Attributes:
        kind: What happened.
        time: When, in nanoseconds since the recording began.
        lane: Where: the index of the thread's lane in `Timeline.lanes`.
        task: Which task it was done for: its number, from 1 in order of appearance. A worker
            thread's events carry the number of the task that handed the work over; code that no
            task runs has a number of its own in each thread.
        frame: Which call of the function, from 1: a coroutine resumed ten times keeps one number.
            0 for a mark left by code that is not recorded, which has no file, function or line.
        file: The file of the code, as it was named to the recording.
        function: The qualified name of the function.
        line: The line, counted from 1.
        variables: The local variables: names and short reprs. A mark has none.
        text: A mark's words; the short repr of what was returned or raised; otherwise empty.
        request: Which request of a served application it belongs to, from 1; 0: none.
    """

    kind: Kind
    time: int
    lane: int
    task: int
    frame: int
    file: str
    function: str
    line: int
    variables: tuple[tuple[str, str], ...] = ()
    text: str = ""
    request: int = 0


@dataclass(frozen=True, slots=True)
class Timeline:
    """One recorded run.

    Attributes:
        events: What happened, in the order of time.
        lanes: The threads, in order of appearance.
        sources: The text of every recorded file.
        dropped: How many events came after the cap on their number; the last event, a mark, tells
            so where there are any.
    """

    events: tuple[Event, ...]
    lanes: tuple[Lane, ...]
    sources: dict[str, str]
    dropped: int = 0
