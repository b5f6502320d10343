"""Events: what a recording is made of. Frozen data: every picture is drawn from the same facts.

An `Event` is one thing that happened, a `Timeline` the whole run; a `Lane` is one thread.
"""

from dataclasses import dataclass, field
from typing import Literal

from minitasks.tracing.threads import Lane

Kind = Literal["call", "line", "suspend", "resume", "return", "raise", "mark"]


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened.

    A worker thread's events carry the number of the task that handed the work over; code that no
    task runs has a number of its own in each thread. A coroutine that is resumed ten times keeps
    its frame's number. A mark has no variables, and one left by code that is not recorded has no
    frame (0), file, function or line either.
    """

    kind: Kind
    time: int  # nanoseconds since the recording began
    lane: int  # the number of the thread's lane
    task: int  # for which it was done, from 1 in order of appearance
    frame: int  # which call of the function, from 1
    file: str  # as it was named to the recording
    function: str  # the qualified name
    line: int  # from 1
    variables: tuple[tuple[str, str], ...] = ()  # the local ones: names and short reprs
    text: str = ""  # a mark's words; the short repr of what was returned or raised
    request: int = 0  # of a served application, from 1; 0: none
    # Nanoseconds that recording had taken on this thread before.
    spent: int = field(default=0, compare=False)
    in_loop: bool = True  # of an event loop's thread: whether the loop ran
    # In which calls, by their numbers, the exceptions began of which this tells: the one that is
    # raised; or those that were being handled when a mark was left.
    began_in: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Timeline:
    """One recorded run: its events in the order of time, its threads in order of appearance."""

    events: tuple[Event, ...]
    lanes: tuple[Lane, ...]
    sources: dict[str, str]  # the text of every recorded file
    dropped: int = 0  # events beyond the cap on their number; the last event, a mark, tells so
