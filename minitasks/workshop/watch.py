"""Watch: the screen that grades on every save.

One loop takes what happens, in order: a key, a save, a verdict. Saves come from a thread that
watches the folder, verdicts from the one that grades; each puts what it has in the loop's queue.
"""

import os
import queue
import shlex
import shutil
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import watchfiles
from rich.console import Console, Group, RenderableType
from rich.text import Text

from minitasks.workshop import catalog, parent, show
from minitasks.workshop.catalog import Exercise, text_of
from minitasks.workshop.folder import Workshop
from minitasks.workshop.journal import JournalError
from minitasks.workshop.keys import QUIT, Keys
from minitasks.workshop.parent import TIME_LIMIT
from minitasks.workshop.verdict import Verdict

AFTER_A_PASS = (
    "n goes on, t shows your code running;\n"
    "minitasks workshop diff --starlette compares it with the original"
)

# Editors that leave the terminal alone.
WINDOWS_OF_THEIR_OWN = ("code", "code-insiders", "codium", "cursor", "subl", "zed")

# How long a key may wait. Saves and verdicts wake the loop at once.
TICK = 0.05


@dataclass(frozen=True)
class Saved:
    file: Path


@dataclass(frozen=True)
class Graded:
    """A grading is over: `cancel` is its own, for one that was called off may still come in."""

    cancel: threading.Event
    verdict: Verdict


@dataclass(frozen=True)
class Pressed:
    key: str


@dataclass(frozen=True)
class Resized:
    """The terminal has another size."""


WatchEvent = Saved | Graded | Pressed | Resized


class Saves:
    """Watches a folder, by reading its files where the system sends no notices."""

    def __init__(self, workshop: Workshop, found: "queue.Queue[WatchEvent]", polling: bool) -> None:
        self.workshop = workshop
        self.found = found
        self.polling = polling
        self.looks = 0
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self.watch, daemon=True)

    def watch(self) -> None:
        """Watch until stopped; poll if the system's notices can't be had."""
        if not self.polling:
            with suppress(OSError, RuntimeError):
                return self.follow()
            self.polling = True
        return self.poll()

    def poll(self) -> None:
        """Read the files again and again: a time may be kept, or too coarse to tell two saves."""
        before = self.contents()
        while not self.stop.wait(0.2):
            self.looks += 1
            now = self.contents()
            for file, content in now.items():
                if before.get(file) != content:
                    self.found.put(Saved(file))
            before = now

    def contents(self) -> dict[Path, bytes]:
        found = {}
        for file in map(self.workshop.file, catalog.exercises()):
            with suppress(OSError):
                if file.is_file():
                    found[file] = file.read_bytes()
        return found

    def follow(self) -> None:
        """Put each change that the system tells of in the queue."""
        for changes in watchfiles.watch(
            self.workshop.root,
            watch_filter=lambda change, path: Path(path).name == "exercise.py",
            # An editor that writes a file in two steps does so within a millisecond or two.
            step=10,
            debounce=100,
            rust_timeout=200,
            force_polling=False,
            stop_event=self.stop,
        ):
            for file in sorted({path for _, path in changes}):
                self.found.put(Saved(Path(file)))


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
        self.redraw = redraw
        # Not a SimpleQueue: on Python 3.11 and 3.12 a signal can make its wait endless.
        self.queue: queue.Queue[WatchEvent] = queue.Queue()
        self.saves = Saves(workshop, self.queue, polling)
        self.keys = Keys()
        self.exercise = workshop.current()
        self.verdict: Verdict | None = None
        self.body: RenderableType | None = None
        self.alone = False
        self.last_change = "no change seen yet"
        self.cancel = threading.Event()
        self.grading: threading.Thread | None = None
        self.size = console.size
        self.next_line = 0  # the first that the next press of space shows

    def watch(self) -> None:
        """Watch, grade and draw until the learner quits."""
        parent.warm_up()
        self.saves.thread.start()
        try:
            with suppress(KeyboardInterrupt), self.keys.unbuffered():
                self.go_to(self.exercise)
                while self.answer_or_regrade(self.next_event()):
                    pass
        finally:
            self.call_off()
            self.saves.stop.set()
            self.saves.thread.join()
        self.console.print(Text("bye; minitasks workshop watch goes on from here"))

    def next_event(self) -> WatchEvent:
        while True:
            if key := self.keys.pressed():
                return Pressed(key)
            if self.keys.came_back():
                return Resized()
            if self.redraw and self.console.size != self.size:
                self.size = self.console.size
                return Resized()
            try:
                return self.queue.get(timeout=TICK)
            except queue.Empty:
                continue

    def answer_or_regrade(self, event: WatchEvent) -> bool:
        """Answer an event; put the journal right first if it was damaged meanwhile."""
        try:
            return self.answer(event)
        except JournalError:
            for line in parent.regrade(self.workshop):
                self.console.print(line)
            return self.answer(event)

    def answer(self, event: WatchEvent) -> bool:
        match event:
            case Pressed(key):
                return self.press(key)
            case Saved(file):
                self.saved(file)
            case Graded(cancel, verdict) if cancel is self.cancel:
                self.verdict = verdict
                self.draw()
            case Resized():
                self.draw(self.body, self.alone)
        return True

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
        self.call_off()
        self.verdict = None
        self.cancel = threading.Event()
        work = (self.exercise, self.cancel)
        self.grading = threading.Thread(target=self.grade_here, args=work, daemon=True)
        self.grading.start()

    def grade_here(self, exercise: Exercise, cancel: threading.Event) -> None:
        verdict = parent.check(self.workshop, exercise, self.time_limit, cancel)
        if verdict is not None:
            self.queue.put(Graded(cancel, verdict))

    def call_off(self) -> None:
        """Call the running grading off, and wait until nothing of it is left."""
        self.cancel.set()
        if self.grading is not None:
            self.grading.join()

    def press(self, key: str) -> bool:
        """Do what a key asks for; tell whether to go on."""
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
            case "r" | "u":
                self.bring_back(key)
            case _ if key == QUIT:
                return False
            case _:
                self.draw()
        return True

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
        words = shlex.split(os.environ.get("VISUAL") or ("code" if in_code else ""))
        if not words:
            return
        with suppress(OSError):
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

    def bring_back(self, key: str) -> None:
        """Reset or undo; where the folder can't be written, say so."""
        done = f"nothing to {'reset' if key == 'r' else 'undo'}"
        try:
            if key == "r":
                if self.workshop.reset(self.exercise):
                    done = "back to the beginning; u brings your file back"
            elif self.workshop.copies(self.exercise):
                self.workshop.undo(self.exercise)
                done = "your last copy is back; u again changes them over"
            self.draw(Text(done))
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
        file = self.workshop.file(self.exercise)
        return show.heading(self.exercise, len(catalog.exercises()), file)

    def bar(self) -> Text:
        return show.bar(len(self.workshop.passed()), len(catalog.exercises()))

    def verdict_or_waiting(self) -> RenderableType:
        if self.verdict is None:
            return Text("grading ...")
        verdict = show.verdict_of(self.verdict, brief=True)
        return Group(verdict, AFTER_A_PASS) if self.verdict.passed else verdict

    def key_line(self) -> Text:
        keys = "n next  i task  h hint  l list  d debug  t timeline  r reset  u undo  q quit"
        return Text(keys if self.keys.is_there else "no keyboard here: Ctrl-C ends", "dim")

    def change_line(self) -> Text:
        how = " (looking every 0.2 s)" if self.saves.polling else ""
        line = Text(f"{self.last_change}{how}", "dim")
        return line.append(f"\n{self.workshop.unkept}", "red") if self.workshop.unkept else line


def wants_plain() -> bool:
    """Tell whether the terminal can't be drawn on, or is none."""
    return os.environ.get("TERM") in {"dumb", "unknown"} or not sys.stdout.isatty()
