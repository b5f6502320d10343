"""A tour whose program raises at a stop: python -m tests.tour.raise_at NUMBER ARGUMENTS.

ARGUMENTS are those of `minitasks step`. The exception comes out of the trace function, which for
the program is as if the stop's own line had raised it.
"""

import sys
from types import FrameType
from typing import Any

from minitasks.cli import cli
from minitasks.tour.debugger import TourDebugger

NUMBER = int(sys.argv[1])
interaction = TourDebugger.interaction


def interact_and_raise(self: TourDebugger, frame: FrameType | None, tb_or_exc: Any) -> None:
    interaction(self, frame, tb_or_exc)
    if f"-- stop {NUMBER} of" in self._latest:
        raise ZeroDivisionError("raised by the test")


if __name__ == "__main__":
    TourDebugger.interaction = interact_and_raise  # type: ignore[assignment, method-assign]
    cli(["step", *sys.argv[2:]])
