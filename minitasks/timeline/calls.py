"""Calls: a timeline's stretches put together again, one `Call` for each call of a function.

Pictures and words ask of a call where it ran, from when to when, and how it ended.
"""

from collections import defaultdict
from dataclasses import dataclass

from minitasks.timeline.events import Lane, Timeline
from minitasks.timeline.stretches import Ending, Stretch, stretches


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a function, from its beginning to its end.

    Attributes:
        function: The qualified name of the function.
        file: The file of the code.
        lane: The thread on which it began.
        arguments: Its arguments: names and short reprs.
        stretches: The pieces of time in which it was on its thread.
    """

    function: str
    file: str
    lane: Lane
    arguments: tuple[tuple[str, str], ...]
    stretches: tuple[Stretch, ...]

    @property
    def start(self) -> int:
        """When it began, in nanoseconds since the recording began."""
        return self.stretches[0].start

    @property
    def end(self) -> int:
        """When it ended, or was last seen, likewise."""
        return self.stretches[-1].end

    @property
    def ended(self) -> Ending:
        """By what it ended: "return" or "raise"; else it was still under way."""
        return self.stretches[-1].ended

    @property
    def text(self) -> str:
        """What it returned or raised."""
        return self.stretches[-1].text

    @property
    def first(self) -> int:
        """The index of its first event in `Timeline.events`."""
        return self.stretches[0].first

    @property
    def name(self) -> str:
        """The last part of the function's qualified name."""
        return self.function.rpartition(".")[2]


def calls(timeline: Timeline) -> tuple[Call, ...]:
    """Put the stretches of each call together.

    Args:
        timeline: The recorded run.

    Returns:
        The calls, in the order in which they began.
    """
    of_frame: dict[int, list[Stretch]] = defaultdict(list)
    for stretch in stretches(timeline):
        of_frame[stretch.frame].append(stretch)
    lanes = {lane.number: lane for lane in timeline.lanes}
    return tuple(
        Call(
            function=parts[0].function,
            file=parts[0].file,
            lane=lanes[parts[0].lane],
            arguments=timeline.events[parts[0].first].variables,
            stretches=tuple(parts),
        )
        for parts in of_frame.values()
    )
