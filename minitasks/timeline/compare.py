"""Compare: did two runs of a scenario take the same steps in the same lanes? Where do they part?

What is compared is what the scenario's own code did; libraries have other files, lines and helpers.

- A step is a call of one of the scenario's own functions, or a mark; with its lane, and with how it
  ended. Of the worker threads one is as good as another: which is idle is chance.
- A strand is the steps done for one task, in order, on whichever threads. Within a strand the
  program sets the order; between strands it is chance.
- Two runs took the same steps if they have the same strands. A mark that repeats, such as a
  heartbeat, counts once: how often it does depends on time.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import takewhile

from minitasks.timeline.calls import Call, calls
from minitasks.timeline.events import Lane, Timeline
from minitasks.timeline.stretches import marks

MOST_PARTINGS = 3  # told in words


@dataclass(frozen=True, slots=True)
class Step:
    """A call of a scenario's own function, or a mark.

    Attributes:
        lane: On what it was: "worker thread" for any of them, otherwise the lane's name.
        what: The function's name, or the mark's words.
        ended: For a call "returned", "raised" and the exception's name, or "did not end".
    """

    lane: str
    what: str
    ended: str = ""

    @property
    def is_mark(self) -> bool:
        """Tell whether it is a mark."""
        return not self.ended

    def __str__(self) -> str:
        return (
            f"mark {self.what!r}, {self.lane}"
            if self.is_mark
            else f"{self.what}, {self.lane}, {self.ended}"
        )


Strand = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Parting:
    """Where two runs part: what both did last, and what each did next; None for nothing."""

    after: Step | None
    first: Step | None
    second: Step | None

    @property
    def heading(self) -> str:
        """Tell what came before."""
        if self.after:
            return f"After {self.after}:"
        both = self.first and self.second
        return "At the start of a task:" if both else "In a task that only one of them has:"


@dataclass(frozen=True, slots=True)
class Comparison:
    """How two runs compare.

    Attributes:
        alike: How many steps both took.
        lanes: The lanes of the first run's steps.
        partings: Where they part; none if they took the same steps.
    """

    alike: int
    lanes: tuple[str, ...]
    partings: tuple[Parting, ...]

    def lines(self, first: str, second: str) -> list[str]:
        """Tell it in a few lines.

        Args:
            first: What to call the first run, such as "minitasks".
            second: What to call the second.
        """
        if not self.partings:
            lanes = ", ".join(self.lanes)
            return [f"The same {self.alike} steps, in the same lanes: {lanes}."]
        are = "step is" if self.alike == 1 else "steps are"
        told = [f"{self.alike} {are} the same. They part here:"]
        width = max(len(first), len(second))
        for parting in self.partings[:MOST_PARTINGS]:
            told += [
                parting.heading,
                f"  {first:<{width}}  {parting.first or 'nothing'}",
                f"  {second:<{width}}  {parting.second or 'nothing'}",
            ]
        more = len(self.partings) - MOST_PARTINGS
        return [*told, f"And in {more} more places."] if more > 0 else told


def compare(first: Timeline, second: Timeline, files: Collection[str] | None = None) -> Comparison:
    """Compare two runs of one scenario.

    Args:
        first: A run, say on minitasks.
        second: Another, say on Starlette, or on a learner's own file.
        files: The scenario's own files, as the events name them. None: those that both recorded.

    Returns:
        What they have in common and where they part.
    """
    own = set(first.sources) & set(second.sources) if files is None else files
    firsts, seconds = strands(first, own), strands(second, own)
    only_first, only_second = without(firsts, seconds), without(seconds, firsts)
    pairs = pair(only_first, only_second)
    same = sum(map(len, firsts)) - sum(map(len, only_first))
    return Comparison(
        alike=same + sum(common_start(*both) for both in pairs),
        lanes=tuple(dict.fromkeys(step.lane for strand in firsts for step in strand)),
        partings=tuple(parting(*both) for both in pairs),
    )


def strands(timeline: Timeline, files: Collection[str]) -> list[Strand]:
    """Find the strands of a run, in the order in which they begin."""
    strands: dict[int, list[Step]] = defaultdict(list)
    for _, task, step in sorted(steps(timeline, files), key=lambda each: each[0]):
        strand = strands[task]
        if not (step.is_mark and strand and strand[-1] == step):
            strand.append(step)
    return [tuple(strand) for strand in strands.values()]


def steps(timeline: Timeline, files: Collection[str]) -> Iterator[tuple[int, int, Step]]:
    """Give each step with the index of its first event and the number of its task."""
    for call in calls(timeline):
        if call.file in files:
            step = Step(lane_name(call.lane), call.function, ending(call))
            yield call.first, timeline.events[call.first].task, step
    for index, mark in marks(timeline):
        yield index, mark.task, Step(lane_name(timeline.lanes[mark.lane]), mark.text)


def lane_name(lane: Lane) -> str:
    """Name a lane so that it is the same in another run."""
    return lane.kind if lane.kind == "worker thread" else lane.name


def ending(call: Call) -> str:
    """Tell how a call ended. The exception's words are left out: they may hold an address."""
    if call.ended == "raise":
        return f"raised {call.text.partition('(')[0]}"
    return "returned" if call.ended == "return" else "did not end"


def without(strands: list[Strand], others: list[Strand]) -> list[Strand]:
    """Give the strands that have no equal among the others, each of which matches one."""
    left = Counter(others)
    kept = []
    for strand in strands:
        if left[strand]:
            left[strand] -= 1
        else:
            kept.append(strand)
    return kept


def pair(firsts: list[Strand], seconds: list[Strand]) -> list[tuple[Strand, Strand]]:
    """Pair each strand with the one that has the most steps in common with it, or with none."""
    left = list(seconds)
    pairs: list[tuple[Strand, Strand]] = []
    for strand in firsts:
        nearest = max(left, key=lambda other: in_common(strand, other), default=())
        if nearest and in_common(strand, nearest):
            left.remove(nearest)
            pairs.append((strand, nearest))
        else:
            pairs.append((strand, ()))
    return [*pairs, *(((), strand) for strand in left)]


def in_common(strand: Strand, other: Strand) -> int:
    """Count the calls and marks that both have, on whatever lane and however they ended."""
    return (Counter(step.what for step in strand) & Counter(step.what for step in other)).total()


def common_start(strand: Strand, other: Strand) -> int:
    """Count the steps at the start that are the same."""
    return sum(
        1 for _ in takewhile(lambda both: both[0] == both[1], zip(strand, other, strict=False))
    )


def parting(first: Strand, second: Strand) -> Parting:
    """Tell where two strands part."""
    at = common_start(first, second)
    return Parting(
        after=first[at - 1] if at else None,
        first=first[at] if at < len(first) else None,
        second=second[at] if at < len(second) else None,
    )
