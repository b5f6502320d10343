"""A tour in which the program raises at a stop: python -m tests.tour.raise_at N ARGUMENTS.

The exception comes out of the trace function, which is as if the stop's own line had raised it.
"""

import sys
from types import FrameType

from minitasks.cli import cli
from minitasks.tour.debugger import Debugger

class Raising(Debugger):
    at = int(sys.argv.pop(1))
    def user_line(self, frame: FrameType) -> None:
        super().user_line(frame)
