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

# So many worker threads at once, and what each does.
WORKERS = """
import pdb
import anyio
from minitasks import BackgroundTask

def work(number):
    {body}

async def main():
    async with anyio.create_task_group() as group:
        for number in range({count}):
            group.start_soon(BackgroundTask(work, number))
    print("over")

anyio.run(main)
"""
# One task, on the event loop.
TASK = """
import time
import anyio
from minitasks import BackgroundTask

async def task():
    {body}

anyio.run(BackgroundTask(task), backend={backend!r})
"""


@dataclass(frozen=True)
class Prompt:
    """What stood above one prompt."""

    text: str
    stop: int | None  # the number of the stop that was announced
    lane: str  # the one that was announced; "" if it is that of the prompt before
    note: str  # and what to look at, with single spaces
    file: str  # "" where the command has not moved
    line: int
    function: str
    source: str


def read_prompt(text: str) -> Prompt:
    lines = text.split("\n")
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
    """A tour that is being taken; `command` is run instead of `minitasks step`."""

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
        self._latest = self.next_prompt() if wait else None

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *error: object) -> None:
        self.child.close(force=True)

    @property
    def prompt(self) -> Prompt:
        assert self._latest is not None, self.last_words
        return self._latest

    def next_prompt(self) -> Prompt | None:
        """Wait for the next prompt; None where the program ended instead."""
        at_prompt = self.child.expect_exact([PROMPT, pexpect.EOF]) == 0
        self.last_words = str(self.child.before).replace("\r", "")
        self._latest = read_prompt(self.last_words) if at_prompt else None
        return self._latest

    def read(self) -> Prompt:
        self.next_prompt()
        return self.prompt

    def type(self, command: str) -> Prompt:
        """Type a command that leads to another prompt."""
        self.child.sendline(command)
        return self.read()

    def prompts(self, command: str) -> Iterator[Prompt]:
        """Give the prompt and then, typing the same command again and again, each to come."""
        while self._latest is not None:
            yield self._latest
            self.child.sendline(command)
            self.next_prompt()

    def interrupt(self, answer: str = "") -> None:
        """Press Ctrl-C, and wait for what is said then."""
        self.child.sendintr()
        if answer:
            self.child.expect_exact(answer)

    def serves(self) -> str:
        self.child.expect(r"Serving \S+ at \S+\. Ctrl-C ends it\.")
        return str(self.child.after).split()[3].rstrip(".")

    def end(self, command: str | None = None) -> tuple[str, int]:
        """Wait for the end, to which a command may lead; give the last words and the exit code."""
        if command is not None:
            self.child.sendline(command)
        if not self.child.eof():
            assert self.next_prompt() is None, self.last_words
        self.child.close()
        return self.last_words, int(self.child.exitstatus or 0)

    def end_cleanly(self, command: str | None = None) -> str:
        """Wait for the end, as `end` does; nothing of the debugger is in what was said last."""
        words, code = self.end(command)
        assert "Traceback" not in words, words
        assert "BdbQuit" not in words, words
        assert code == 0
        return words


def take(*arguments: str, by: str = "c", cwd: Path | None = None) -> tuple[list[Prompt], str]:
    """Take a tour by one command to its clean end; give its prompts and what was said last."""
    with Session(*arguments, cwd=cwd) as session:
        return list(session.prompts(by)), session.end_cleanly()


def program(folder: Path, text: str) -> str:
    path = folder / "app.py"
    path.write_text(text)
    return str(path)


def one_task(folder: Path, *body: str, backend: str = "asyncio") -> str:
    return program(folder, TASK.format(body="\n    ".join(body), backend=backend))


def workers(folder: Path, count: int, *body: str) -> str:
    return program(folder, WORKERS.format(count=count, body="\n    ".join(body)))
