"""Watch: the screen that grades on every save.

One loop looks for what has happened: a save, a key, a verdict. Only the grading has another thread.
"""

import os
import shlex
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import watchfiles
from rich.console import Console, Group, RenderableType
from rich.text import Text

from minitasks.workshop import catalog, keys, parent, show
from minitasks.workshop.catalog import Exercise, text_of
from minitasks.workshop.folder import Workshop, digest_of
from minitasks.workshop.parent import TIME_LIMIT
from minitasks.workshop.verdict import Verdict

AFTER_A_PASS = (
    "n goes on, t shows your code running;\n"
    "minitasks workshop diff --starlette compares it with the original"
)

# Editors that leave the terminal alone.
WINDOWS_OF_THEIR_OWN = ("code", "code-insiders", "codium", "cursor", "subl", "zed")

# How long a key or a verdict may wait.
TICK = 0.02


def notices(folder: Path) -> Iterator[set[Path]]:
    """Give what the system says was saved in a folder; nothing, after each tick without."""
    for changes in watchfiles.watch(
        folder,
        watch_filter=None,
        # An editor that writes a file in two steps does so within a millisecond or two.
        step=10,
        debounce=100,
        rust_timeout=round(TICK * 1000),
        yield_on_timeout=True,
        force_polling=False,
    ):
        yield {Path(path) for _, path in changes if Path(path).name == "exercise.py"}


def looks(files: Iterable[Path]) -> Iterator[set[Path]]:
    """Give what was saved, by reading the files every 0.2 s; nothing, after each tick between.

    A file's time says less: it may be kept, or too coarse to tell two saves.
    """
    before = {file: digest_of(file) for file in files}
    while True:
        for _ in range(round(0.2 / TICK)):
            time.sleep(TICK)
            yield set()
        now = {file: digest_of(file) for file in before}
        yield {file for file, digest in now.items() if digest not in ("", before[file])}
        before = now


class Watch:
    """The watch screen: each is drawn over the last, or behind it, as a screen reader needs it."""

    def __init__(
        self,
        workshop: Workshop,
        console: Console,
        *,
        time_limit: float = TIME_LIMIT,
        polling: bool = False,
        redraw: bool = True,
    ) -> None:
        self.workshop = workshop
        self.console = console
        self.time_limit = time_limit
        self.polling = polling
        self.redraw = redraw
        self.keys = keys.Keys()
        self.exercise = workshop.current()
        self.verdict: Verdict | None = None
        self.body: RenderableType | None = None
        self.alone = False
        self.last_change = "no change seen yet"
        self.grader = ThreadPoolExecutor(max_workers=1)
        self.grading: Future[Verdict] | None = None
        self.cancel = threading.Event()
        self.size = console.size
        self.next_line = 0  # the first that the next press of space shows

    def watch(self) -> None:
        """Watch, grade and draw until the learner quits."""
        parent.warm_up()
        saves = self.saves()
        try:
            with suppress(KeyboardInterrupt), self.keys.unbuffered():
                next(saves)  # what is saved from now on is seen
                self.go_to(self.exercise)
                for saved in saves:
                    self.answer(saved)
        finally:
            self.cancel.set()
            self.grader.shutdown()
        self.console.print(Text("bye; minitasks workshop watch goes on from here"))

    def saves(self) -> Iterator[set[Path]]:
        """Give what was saved, tick by tick; poll if the system's notices can't be had."""
        if not self.polling:
            with suppress(OSError, RuntimeError):
                yield from notices(self.workshop.root)
            self.polling = True
        yield from looks(map(self.workshop.file, catalog.exercises()))

    def answer(self, saved: Iterable[Path]) -> None:
        """Answer what has happened: saves, a key, a verdict, a window of another size."""
        for file in sorted(saved):
            self.do(self.saved, file)
        if key := self.keys.pressed():
            self.do(self.press, key)
        if self.grading is not None and self.grading.done():
            self.verdict, self.grading = self.grading.result(), None
            self.do(self.draw)
        if self.keys.came_back or (self.redraw and self.console.size != self.size):
            self.keys.came_back, self.size = False, self.console.size
            self.do(self.draw, self.body, self.alone)

    def do(self, action: Callable[..., None], *arguments: Any) -> None:
        """Do something; put the journal right first if it was damaged meanwhile."""
        for line in parent.regrade(self.workshop):
            self.console.print(line)
        action(*arguments)

    def saved(self, file: Path) -> None:
        """Grade the exercise that was saved, and go there if it is another."""
        exercise = self.workshop.exercise_of(file)
        if exercise is None:
            return
        self.last_change = f"last change seen at {datetime.now():%H:%M:%S}"
        if exercise != self.exercise:
            self.go_to(exercise)
        else:
            self.grade()
            self.draw()

    def go_to(self, exercise: Exercise) -> None:
        self.exercise = exercise
        self.workshop.move_to(exercise)
        self.grade()
        if not self.redraw:
            self.console.print(Group(self.bar(), self.heading(), self.key_line()))
        self.draw()

    def grade(self) -> None:
        """Call the running grading off; once nothing of it is left, the next begins."""
        self.cancel.set()
        self.cancel = threading.Event()
        self.verdict = None
        self.grading = self.grader.submit(
            parent.check, self.workshop, self.exercise, self.time_limit, self.cancel
        )

    def press(self, key: str) -> None:
        """Do what a key asks for."""
        match key:
            case "n":
                self.next_exercise()
            case "h":
                number = self.workshop.next_hint(self.exercise)
                self.draw(show.hints_of(self.exercise, number))
            case "l":
                progress = self.workshop.progress()
                every = show.overview(catalog.exercises(), progress, self.exercise.name)
                self.draw(every, alone=True)
            case "i":
                self.draw(show.markdown(text_of(self.exercise.readme)))
            case " ":
                self.draw(self.body, self.alone, first_line=self.next_line)
            case "d":
                self.run_command(["workshop", "debug", self.exercise.name])
            case "t":
                self.timeline()
            case "r":
                done = "back to the beginning; u brings your file back"
                self.bring_back(self.workshop.reset, done, "nothing to reset")
            case "u":
                done = "your last copy is back; u again changes them over"
                self.bring_back(self.workshop.undo, done, "nothing to undo")
            case keys.QUIT:
                raise KeyboardInterrupt  # as Ctrl-C does
            case _:
                self.draw()

    def next_exercise(self) -> None:
        following = self.workshop.next_to_do(beyond=self.exercise)
        if following is None:
            self.draw(Text(show.ENDING, "bold green"))
        elif following == self.exercise:
            self.draw(Text("this is the only one left"))
        else:
            self.go_to(following)
            self.edit(self.workshop.file(following))

    def edit(self, file: Path) -> None:
        """Open a file in $VISUAL, or in the VS Code whose terminal this is."""
        in_code = os.environ.get("TERM_PROGRAM") == "vscode" and shutil.which("code")
        with suppress(OSError, ValueError):  # a quotation mark too many
            words = shlex.split(os.environ.get("VISUAL") or ("code" if in_code else ""))
            if not words:
                return
            if Path(words[0]).stem in WINDOWS_OF_THEIR_OWN:
                command = [word for word in words if word not in ("-w", "--wait")]
                subprocess.Popen([*command, str(file)], stdout=subprocess.DEVNULL)
            else:
                with self.keys.given_away():
                    subprocess.run([*words, str(file)], check=False)
                self.draw()

    def timeline(self) -> None:
        scenario = self.exercise.scenario
        if scenario is None:
            self.draw(Text("no scenario shows this exercise alone"))
        else:
            self.run_command(["run", scenario, "--with", str(self.workshop.file(self.exercise))])

    def bring_back(self, bring: Callable[[Exercise], object], done: str, nothing: str) -> None:
        """Reset or undo; where the folder can't be written, say so."""
        try:
            self.draw(Text(done if bring(self.exercise) else nothing))
        except OSError as problem:
            self.draw(Text(f"{self.workshop.root} can't be written: {problem.strerror}", "red"))

    def run_command(self, command: list[str]) -> None:
        """Run another command of ours on the terminal, and come back."""
        if self.redraw:
            self.console.clear()
        self.console.print(Text("Ctrl-C ends this and goes back", "dim"))
        with self.keys.given_away():
            subprocess.run([sys.executable, "-m", "minitasks", *command], check=False)
        self.console.print(Text("any key goes back"))

    def draw(
        self, body: RenderableType | None = None, alone: bool = False, first_line: int = 0
    ) -> None:
        """Draw the screen, with the verdict in its middle if there is no other body.

        Alone, the body has no heading: sixteen exercises need the room. Where it is higher than the
        window, it is shown from its first line on.
        """
        self.body, self.alone = body, alone
        middle = body or self.verdict_or_waiting()
        if not self.redraw:
            self.console.print(middle)
            return
        # In one write: a screen that is cleared first flickers.
        screen = "\n".join(self.screen(middle, first_line))
        self.console.file.write(f"\x1b[H\x1b[2J\x1b[3J{screen}\n")
        self.console.file.flush()

    def screen(self, middle: RenderableType, first_line: int) -> list[str]:
        above = [] if self.alone else self.lines(Group(self.heading(), ""))
        below = self.lines(Group("", self.bar(), self.key_line(), self.change_line()))
        room = self.console.height - len(above) - len(below) - 1
        between = self.lines(middle)
        self.next_line = 0
        if first_line or len(between) > room:
            last = first_line + max(room - 1, 0)
            self.next_line = last if last < len(between) else 0
            more = "more" if self.next_line else "the beginning"
            between = [*between[first_line:last], f"... space shows {more}"]
        return above + between + below

    def lines(self, what: RenderableType) -> list[str]:
        with self.console.capture() as capture:
            self.console.print(what)
        return capture.get().splitlines()

    def heading(self) -> Group:
        number, count = self.exercise.number, len(catalog.exercises())
        return Group(
            Text(f"{number} of {count}: {self.exercise.title}", "bold"),
            Text(self.exercise.task),
            Text(str(show.near(self.workshop.file(self.exercise))), "cyan"),
        )

    def bar(self) -> Text:
        done, count = len(self.workshop.passed()), len(catalog.exercises())
        full = 30 * done // count
        return Text(f"[{'#' * full}{'-' * (30 - full)}] {done} of {count}")

    def verdict_or_waiting(self) -> RenderableType:
        if self.verdict is None:
            return Text("grading ...")
        verdict = show.verdict_of(self.verdict, brief=True)
        return Group(verdict, AFTER_A_PASS) if self.verdict.passed else verdict

    def key_line(self) -> Text:
        keys = "n next  i task  h hint  l list  d debug  t timeline  r reset  u undo  q quit"
        return Text(keys if self.keys.is_there else "no keyboard here: Ctrl-C ends", "dim")

    def change_line(self) -> Text:
        how = " (looking every 0.2 s)" if self.polling else ""
        line = Text(f"{self.last_change}{how}", "dim")
        return line.append(f"\n{self.workshop.unkept}", "red") if self.workshop.unkept else line
