"""Debugger: the pdb of a tour, which stops at the tour's stops and says what there is to see."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from rich.cells import cell_len

from minitasks.scenarios.marks import watching
from minitasks.tour.stops import Breakpoint
from minitasks.tracing.thread_pdb import PerThread, ThreadPdb
from minitasks.tracing.where import WIDTH, wording, wrapped


class Guide(ThreadPdb):
    """A debugger that says at its stops, from the number `first` on, what there is to see.

    `files` and `into` are as for `ThreadPdb`.
    """

    _here = PerThread()

    def __init__(self, files: Sequence[Path], into: Sequence[Path], first: int) -> None:
        super().__init__(files, into)
        self.prompt = "(tour) "
        self.reached = 0
        self._first = first
        self._latest = "no stop has been reached yet"

    def arrive(self, frame: FrameType) -> Any:
        """Give the stop, which has a number, that the frame's line is just now; None if none."""
        raise NotImplementedError

    def note_text(self, stop: Any, lane: str) -> str:
        """Write what there is to say at a stop."""
        raise NotImplementedError

    def unreached(self) -> str:
        """Say which stops it never came to; "" if none."""
        raise NotImplementedError

    def dispatch_line(self, frame: FrameType) -> Any:
        """Look first whether the line is a stop: stepping onto one counts as reaching it."""
        self._here = self.arrive(frame)
        return super().dispatch_line(frame)

    def break_here(self, frame: FrameType) -> bool:
        """Stop at the stops and at the learner's own breakpoints."""
        return self._here is not None or super().break_here(frame)

    def announced(self, lane: str) -> bool:
        """Say where the program is, and what there is to see."""
        here, self._here = self._here, None
        if here is None:
            return False
        self.reached, self._latest = here.number, self.note_text(here, lane)
        self.do_note("")
        return True

    def say_last(self) -> None:
        """Say what is left to say when the program has ended."""

    def do_note(self, arg: str) -> None:
        """note

        Show again what was said at the last stop.
        """
        self.message(self._latest)


class TourDebugger(Guide):
    """The debugger of a tour, whose stops are found already."""

    def __init__(
        self, breakpoints: Sequence[Breakpoint], files: Sequence[Path], *more: Any
    ) -> None:
        super().__init__(files, *more)
        self._breakpoints = breakpoints
        self._lines = {(each.file, each.line) for each in breakpoints}
        self._marks: list[str] = []

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Watch all threads, and listen to the scenario's marks, while the block runs."""
        self.ahead = list(self._breakpoints)
        self._hits: Counter[tuple[Path | None, int]] = Counter()
        self._marks.clear()
        with watching(self._marks.append), super().watching():
            yield

    def arrive(self, frame: FrameType) -> Breakpoint | None:
        line = self.own_path(frame.f_code.co_filename), frame.f_lineno
        self._hits[line] += 1
        for each in self.ahead:
            if (each.file, each.line) == line and each.stop.hit == self._hits[line]:
                self.ahead.remove(each)
                if each.stop.is_gate:
                    self._hits.clear()
                return each if each.number >= self._first else None
            if each.stop.is_gate:
                break
        return None

    def unreached(self) -> str:
        numbers = ", ".join(str(place.number) for place in self.ahead)
        return f"It never came to these stops: {numbers}." if numbers else ""

    def is_stop(self, filename: str, line: int) -> bool:
        return (self.own_path(filename), line) in self._lines or super().is_stop(filename, line)

    def announced(self, lane: str) -> bool:
        self.say_last()
        return super().announced(lane)

    def say_last(self) -> None:
        """Tell what the scenario said since the last prompt, on any thread."""
        said = self._marks[:]
        del self._marks[: len(said)]  # Another thread may have said more by now.
        if said:
            counted = (
                f"{text} ({n} times)" if n > 1 else text for text, n in Counter(said).items()
            )
            self.message("\n".join(wrapped(f"meanwhile: {', '.join(counted)}")))

    def note_text(self, stop: Breakpoint, lane: str) -> str:
        """Write a stop's note: a ruled heading, the note, and what to look at."""
        last, declared = self._breakpoints[-1].number, stop.stop
        lines = ["", heading(f"stop {stop.number} of {last}, {wording(lane)}")]
        if not lane.startswith(declared.thread):
            where = wording(declared.thread)
            lines += wrapped(f"(This library does it differently: the tour means a line {where}.)")
        if not stop.as_declared:
            lines += wrapped(f"(This file words it differently; the tour means: {declared.text})")
        lines += wrapped(declared.note)
        if declared.try_this:
            lines += wrapped(f"Look: {declared.try_this}")
        return "\n".join(lines)


def heading(text: str) -> str:
    """Rule a line from a heading to the edge."""
    *lines, last = wrapped(f"-- {text}")
    return "\n".join([*lines, f"{last} ".ljust(WIDTH - cell_len(last) + len(last), "-")])
