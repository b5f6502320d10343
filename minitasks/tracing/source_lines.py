"""Source lines: what stands round the line at which a prompt is, in colour where there is any."""

import functools
import linecache
from types import FrameType
from typing import IO

from rich.console import Console
from rich.syntax import Syntax

from minitasks.tracing.where import clip

AROUND = 2  # lines before and behind


def print_source(frame: FrameType, line: int, file: IO[str]) -> None:
    """Print the lines round a frame's line, which is counted from 1; an arrow points at it."""
    source = linecache.getlines(frame.f_code.co_filename, frame.f_globals)
    first, last = max(1, line - AROUND), min(len(source), line + AROUND)
    while first < min(line, last) and not source[first - 1].strip():
        first += 1
    while last > line and not source[last - 1].strip():
        last -= 1
    console = Console(file=file)  # which knows NO_COLOR, FORCE_COLOR and what no terminal is
    has_colours = console.color_system is not None and not console.no_color
    colour = coloured("".join(source)) if has_colours else ()
    for number in range(first, last + 1):
        before = f"{number:>4} {'->' if number == line else '  '} "
        plain = (before + source[number - 1]).rstrip()
        shown = clip(plain)
        if colour and shown == plain:
            shown = (before + colour[number - 1]).rstrip()
        print(shown, file=file)


@functools.lru_cache(maxsize=16)
def coloured(source: str) -> tuple[str, ...]:
    """Colour a file's lines, as a whole: a line does not know that it is within a string."""
    console = Console(force_terminal=True, highlight=False, width=10_000)
    text = Syntax("", "python", theme="ansi_dark", background_color="default").highlight(source)
    with console.capture() as capture:
        for each in text.split("\n", allow_blank=True):
            each.rstrip()
            console.print(each, soft_wrap=True)
    return tuple(capture.get().split("\n"))
