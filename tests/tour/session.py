"""Session: a tour in a pseudo-terminal, driven as by a learner and read prompt by prompt."""

import itertools
import os
import re
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pexpect

from tests.parts import TIMEOUT

# Two threads must not fork at the same time.
SPAWNING = threading.Lock()
PROMPT = "(tour) "

# Of an application's stop, the request stands between the number and the lane.
HEADING = re.compile(r"-- stop (\d+)(?: of \d+)?(?:, [A-Z]+ /\S*)?, (?:on the|in a|in) (.+?) -*$")
NOW_IN = re.compile(r"-- now (?:on the|in a|in) (.+)$")
PLACE = re.compile(r"> (.+)\((\d+)\)(\S+)\(\)(->.*)?$")


@dataclass(frozen=True)
class Prompt:
    """What stood above one prompt.

    Attributes:
        text: All of it.
        stop: The number of the stop that was announced, or None.
        lane: The lane that was announced, or "" if it is the one of the prompt before.
        note: The note and what to look at, with single spaces.
        file: The file's name; "" where the command has not moved.
        line: The line.
        function: The function's name.
        source: The line's text.
    """

    text: str
    stop: int | None
    lane: str
    note: str
    file: str
    line: int
    function: str
    source: str


def read_prompt(text: str) -> Prompt:
    """Read what stands above a prompt."""
    lines = text.replace("\r", "").split("\n")
    stop, lane, note, place, source = None, "", "", None, ""
    for at, line in enumerate(lines):
        if heading := HEADING.match(line):
            stop, lane = int(heading[1]), heading[2]
            note = " ".join(itertools.takewhile(lambda part: part[:2] != "> ", lines[at + 1 :]))
        elif now := NOW_IN.match(line):
            lane = now[1]
        elif found := PLACE.match(line):
            place = found
        elif line[4:8] == " -> ":
            source = line[8:].strip()
    file, number, function = (place[1], int(place[2]), place[3]) if place else ("", 0, "")
    return Prompt(text, stop, lane, note.strip(), file, number, function, source)


class Session:
    """A tour that is being taken.

    Args:
        arguments: What follows `minitasks step`.
        command: What to run instead of `minitasks step`.
        wait: Whether to wait for the first prompt.
    """

    def __init__(
        self,
        *arguments: str,
        command: Sequence[str] = ("-m", "minitasks", "step"),
        cwd: Path | None = None,
        env: dict[str, str] | None = None,
        wait: bool = True,
    ) -> None:
        # A dumb terminal: readline would else mix its own control sequences into the words.
        environment = {**os.environ, "TERM": "dumb", "NO_COLOR": "1", **(env or {})}
        with SPAWNING:
            self.child = pexpect.spawn(
                sys.executable,
                [*command, *arguments],
                timeout=TIMEOUT,
                encoding="utf-8",
                dimensions=(24, 80),
                cwd=cwd,
                env=environment,
            )
        self.child.delaybeforesend = None
        self.first = self.read() if wait else None

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *error: object) -> None:
        self.child.close(force=True)

    def read(self) -> Prompt | None:
        """Wait for the next prompt; None where the program ended instead."""
        at_prompt = self.child.expect_exact([PROMPT, pexpect.EOF]) == 0
        self.last_words = str(self.child.before)
        return read_prompt(self.last_words) if at_prompt else None

    def type(self, command: str) -> Prompt | None:
        """Type a command and wait for the next prompt; None where the program ended instead."""
        self.child.sendline(command)
        return self.read()

    def prompts(self, command: str) -> Iterator[Prompt]:
        """Give the first prompt and then, typing the same command again and again, each other."""
        prompt = self.first
        while prompt is not None:
            yield prompt
            prompt = self.type(command)

    def end(self) -> tuple[str, int]:
        """Wait for the end; give what was said after the last prompt, and the exit code."""
        self.child.expect(pexpect.EOF)
        return self.close()

    def close(self) -> tuple[str, int]:
        """Give what was said after the last prompt and the exit code, of a program that ended."""
        self.child.close()
        words = self.last_words + str(self.child.before or "")
        return words.replace("\r", ""), int(self.child.exitstatus or 0)


def typed(session: Session, command: str) -> Prompt:
    """Type a command that leads to another prompt."""
    prompt = session.type(command)
    assert prompt is not None, session.last_words
    return prompt


def program(folder: Path, text: str) -> str:
    """Write a learner's program; give its path."""
    path = folder / "app.py"
    path.write_text(text)
    return str(path)
