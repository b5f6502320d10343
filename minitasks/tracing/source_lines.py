"""Source lines: what stands round the line at which a prompt is, in colour where there is any."""

import functools
import linecache
from collections.abc import Iterator
from types import FrameType
from typing import IO, TYPE_CHECKING

from minitasks.tracing.where import terminal_width

if TYPE_CHECKING:
    from rich.text import Text

AROUND = 2  # lines before and behind


def print_source(frame: FrameType, line: int, file: IO[str]) -> None:
    """Print the lines round a frame's line; an arrow points at it.

    Args:
        frame: The frame.
        line: Its line, counted from 1.
        file: Where to print.
    """
    from rich.console import Console  # The workshop's extra brings it.
    from rich.text import Text

    source = "".join(linecache.getlines(frame.f_code.co_filename, frame.f_globals))
    console = Console(file=file, highlight=False, soft_wrap=True)
    for number, text in lines_around(source, line):
        arrow = "->" if number == line else "  "
        shown = Text(f"{number:>4} {arrow} ").append_text(text)
        shown.rstrip()
        if len(shown) > terminal_width():
            shown.right_crop(len(shown) - terminal_width() + 3)
            shown.append("...")
        console.print(shown)


def lines_around(source: str, line: int) -> "Iterator[tuple[int, Text]]":
    """Give the lines round one, each with its number, without blank ones at the edges."""
    lines = highlighted(source)
    shown = list(enumerate(lines, start=1))[max(0, line - 1 - AROUND) : line + AROUND]
    while len(shown) > 1 and shown[-1][0] != line and not shown[-1][1].plain.strip():
        shown.pop()
    while len(shown) > 1 and shown[0][0] != line and not shown[0][1].plain.strip():
        shown.pop(0)
    yield from shown


@functools.lru_cache(maxsize=16)
def highlighted(source: str) -> "list[Text]":
    """Colour a file's text, as a whole: a line does not know that it is within a string."""
    from rich.syntax import Syntax

    syntax = Syntax("", "python", theme="ansi_dark", background_color="default")
    text = syntax.highlight(source)
    text.rstrip()
    return list(text.split("\n", allow_blank=True))
