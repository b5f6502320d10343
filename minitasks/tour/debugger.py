"""Debugger: the pdb of a tour, which stops at the tour's stops and says what there is to see."""

import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from minitasks.scenarios.marks import watching
from minitasks.tour.stops import Breakpoint
from minitasks.tracing.thread_pdb import PerThread, ThreadPdb
from minitasks.tracing.where import WIDTH, wording


class Guide(ThreadPdb):
    """A debugger that says at its stops what there is to see.

    Args:
        files: The files to step through.
        into: Folders of libraries to step through too.
        first: The number of the stop to begin at, counted from 1.
    """

    def __init__(self, files: Sequence[Path], into: Sequence[Path], first: int) -> None:
        super().__init__(files, into)
        self.prompt = "(tour) "
        self.reached = 0
        self._first = first
        self._latest = "no stop has been reached yet"

    def tell(self, number: int, text: str) -> None:
        """Say what there is to say at a stop."""
        self.reached, self._latest = number, text
        self.do_note("")

    def say_last(self) -> None:
        """Say what is left to say when the program has ended."""

    def do_note(self, arg: str) -> None:
        """note

        Show again what was said at the last stop.
        """
        self.message(self._latest)


class TourDebugger(Guide):
    """The debugger of a tour.

    Args:
        breakpoints: The tour's stops, each with its file and line.
        files: The files to step through.
        into: Folders of libraries to step through too.
        first: The number of the stop to begin at, counted from 1.
    """

    _here = PerThread()

    def __init__(
        self,
        breakpoints: Sequence[Breakpoint],
        files: Sequence[Path],
        into: Sequence[Path] = (),
        first: int = 1,
    ) -> None:
        super().__init__(files, into, first)
        self._breakpoints = breakpoints
        self._lines = {(each.file, each.line) for each in breakpoints}
        self._last = max((each.number for each in breakpoints), default=0)
        self._marks: list[str] = []

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Watch all threads, and listen to the scenario's marks, while the block runs."""
        self.ahead = list(self._breakpoints)
        self._hits: Counter[tuple[Path | None, int]] = Counter()
        self._marks.clear()
        with watching(self._marks.append), super().watching():
            yield

    def dispatch_line(self, frame: FrameType) -> Any:
        """Look first whether the line is a stop: stepping onto one counts as reaching it."""
        self._here = self._arrive(frame)
        return super().dispatch_line(frame)

    def _arrive(self, frame: FrameType) -> Breakpoint | None:
        line = self.own_path(frame.f_code.co_filename), frame.f_lineno
        self._hits[line] += 1
        for each in self._reachable():
            if (each.file, each.line) == line and each.stop.hit == self._hits[line]:
                return self._reach(each)
        return None

    def _reach(self, reached: Breakpoint) -> Breakpoint | None:
        self.ahead.remove(reached)
        if reached.stop.is_gate:
            self._hits.clear()
        return reached if reached.number >= self._first else None

    def _reachable(self) -> Iterator[Breakpoint]:
        """Give the stops ahead, up to and including the next gate."""
        for each in self.ahead:
            yield each
            if each.stop.is_gate:
                return

    def unreached(self) -> str:
        """Say which stops it never came to."""
        numbers = ", ".join(str(place.number) for place in self.ahead)
        return f"It never came to these stops: {numbers}." if numbers else ""

    def is_stop(self, filename: str, line: int) -> bool:
        """Tell whether a line has a stop or a breakpoint."""
        here = self.own_path(filename), line
        return here in self._lines or super().is_stop(filename, line)

    def break_here(self, frame: FrameType) -> bool:
        """Stop at the tour's stops and at the learner's own breakpoints."""
        return self._here is not None or super().break_here(frame)

    def announced(self, lane: str) -> bool:
        """Say what happened meanwhile, and what the tour has to say here."""
        self._show_marks()
        if self._here is None:
            return False
        here, self._here = self._here, None
        self.tell(here.number, note_text(here, self._last, lane))
        return True

    def say_last(self) -> None:
        """Tell at the end what the scenario said since the last prompt."""
        self._show_marks()

    def _show_marks(self) -> None:
        """Tell what the scenario said since the last prompt, on any thread."""
        said = self._marks[:]
        del self._marks[: len(said)]  # Another thread may have said more by now.
        if said:
            counted = (
                f"{text} ({n} times)" if n > 1 else text for text, n in Counter(said).items()
            )
            self.message("\n".join(wrapped(f"meanwhile: {', '.join(counted)}")))


def note_text(reached: Breakpoint, last: int, lane: str) -> str:
    """Write a stop's note: a ruled heading, the note, and what to look at."""
    lines = ["", heading(f"stop {reached.number} of {last}, {wording(lane)}")]
    if not lane.startswith(reached.stop.thread):
        where = wording(reached.stop.thread)
        lines += wrapped(f"(This library does it differently: the tour means a line {where}.)")
    if not reached.as_declared:
        lines += wrapped(f"(This file words it differently; the tour means: {reached.stop.text})")
    lines += wrapped(reached.stop.note)
    if reached.stop.try_this:
        lines += wrapped(f"Look: {reached.stop.try_this}")
    return "\n".join(lines)


def heading(text: str) -> str:
    """Rule a line from a heading to the edge."""
    return f"-- {text} ".ljust(WIDTH, "-")


def wrapped(text: str) -> list[str]:
    """Break a paragraph into lines of the terminal's usual width."""
    return textwrap.wrap(text, WIDTH, break_long_words=False, break_on_hyphens=False)
