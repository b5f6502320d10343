"""A tour whose program raises at a stop: python -m tests.tour.raise_at NUMBER ARGUMENTS.

ARGUMENTS are those of `minitasks step`. The exception comes out of the trace function, which for
the program is as if the stop's own line had raised it.
"""

import sys
from types import FrameType

from minitasks.cli import cli
from minitasks.tour.debugger import Debugger

NUMBER = int(sys.argv[1])
user_line = Debugger.user_line


def user_line_and_raise(self: Debugger, frame: FrameType) -> None:
    """Open the prompt as always, then raise if it is the stop of that number."""
    user_line(self, frame)
    if self.latest is not None and self.latest.number == NUMBER:
        raise ZeroDivisionError("raised by the test")


if __name__ == "__main__":
    Debugger.user_line = user_line_and_raise  # type: ignore[method-assign]
    cli(["step", *sys.argv[2:]])
