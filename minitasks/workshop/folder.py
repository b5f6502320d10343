"""The learner's folder: a folder for each exercise, and a hidden one for what the workshop keeps.

Whatever replaces a learner's file first keeps a copy of it, under .workshop/copies/TIME/.
"""

import contextlib
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from minitasks.errors import CannotRun
from minitasks.scenarios.launch_json import launch_json
from minitasks.workshop import catalog
from minitasks.workshop.catalog import Exercise, text_of
from minitasks.workshop.journal import Event, Journal, Kind, Progress, now, progress_of, stamp
from minitasks.workshop.verdict import Verdict

HIDDEN = ".workshop"
DEFAULT = "minitasks-workshop"
TRIES = 3  # that failed, before the solution opens
FOR_ASSISTANTS = catalog.EXERCISES / "for_assistants.md"


@dataclass
class Workshop:
    root: Path
    unkept: str = ""  # why something could not be noted: the disk is full, or read-only

    def __post_init__(self) -> None:
        self.hidden = self.root / HIDDEN
        self.examples = self.hidden / "examples"  # that failed, tried first the next time
        self.journal = Journal(self.hidden / "journal.jsonl")
        # The digest of what each exercise.py was before the learner began, by its name.
        self.stubs = self.hidden / "stubs.json"

    def file(self, exercise: Exercise) -> Path:
        return self.root / exercise.folder.name / "exercise.py"

    def progress(self) -> dict[str, Progress]:
        """Tell how far each exercise is; those not begun are missing."""
        return progress_of(self.journal.events())

    def progress_in(self, exercise: Exercise) -> Progress:
        return self.progress().get(exercise.name, Progress())

    def passed(self) -> set[str]:
        return {name for name, each in self.progress().items() if each.passed}

    def current(self) -> Exercise:
        """Give the exercise that the learner is at; the next to do, once that has passed."""
        every = {exercise.name: exercise for exercise in catalog.exercises()}
        moves = [event.exercise for event in self.journal.events() if event.kind == "moved"]
        here = every.get(moves[-1]) if moves else None
        if here and here.name not in self.passed():
            return here
        return self.next_to_do(here) or here or catalog.exercises()[0]

    def next_to_do(self, beyond: Exercise | None = None) -> Exercise | None:
        """Give the first that has not passed, behind another if possible; None at the end."""
        passed = self.passed()
        left = [exercise for exercise in catalog.exercises() if exercise.name not in passed]
        behind = [exercise for exercise in left if beyond and exercise.number > beyond.number]
        return next(iter(behind or left), None)

    def exercise_of(self, file: Path) -> Exercise | None:
        return next((each for each in catalog.exercises() if self.file(each) == file), None)

    def keep(self, kind: Kind, exercise: Exercise, *facts: Any) -> None:
        """Note an event, with more facts of it; where that can't be written, go on without."""
        try:
            self.journal.add(Event(now(), kind, exercise.name, *facts))
        except OSError as problem:
            self.unkept = f"this is not noted: {self.hidden}: {problem.strerror}"

    def move_to(self, exercise: Exercise) -> None:
        self.keep("moved", exercise)

    def note(self, exercise: Exercise, verdict: Verdict, digest: str) -> None:
        kind: Kind = "passed" if verdict.passed else "failed"
        detail, honest = verdict.claim or verdict.seen, is_begun(exercise, digest)
        self.keep(kind, exercise, detail, digest, honest)

    def next_hint(self, exercise: Exercise) -> int:
        """Open the next hint of an exercise, or the last again; give its number, from 1."""
        number = min(self.progress_in(exercise).hints + 1, len(exercise.hints))
        self.keep("hint", exercise, str(number))
        return number

    def solution(self, exercise: Exercise, anyway: bool) -> str:
        """Open the solution of an exercise, note how, and give its text."""
        progress = self.progress_in(exercise)
        if progress.passed:
            how = "after a pass"
        elif progress.tries >= TRIES:
            how = "after three tries"
        elif anyway:
            how = "anyway"
        else:
            raise CannotRun(
                f"the solution opens after a pass, or when {TRIES - progress.tries} more of your "
                "own tries have failed; minitasks workshop hint helps, --anyway opens it now"
            )
        self.keep("solution", exercise, how)
        return text_of(exercise.solution)

    def put(self, file: Path, content: bytes) -> Path | None:
        """Give a file a new content; what it had, if that was another, first goes into a copy."""
        if not file.exists():
            write(file, content)
            return None
        before = file.read_bytes()
        if before == content:
            return None
        copy = self.hidden / "copies" / stamp() / file.relative_to(self.root)
        write(copy, before)
        write(file, content)
        return copy

    def reset(self, exercise: Exercise) -> Path | None:
        """Bring an exercise's stub back; give the copy of what was there, as `put` does."""
        return self.put(self.file(exercise), exercise.stub.read_bytes())

    def undo(self, exercise: Exercise) -> bool:
        """Bring the last copy of a file back, if there is one; the present one is kept in turn."""
        copies = sorted(self.hidden.glob(f"copies/*/{exercise.folder.name}/exercise.py"))
        if copies:
            self.put(self.file(exercise), copies[-1].read_bytes())
        return bool(copies)

    def update(self) -> list[str]:
        """Bring in what a release has, and tell of each in a line; the learner's work stays."""
        every = catalog.exercises()
        before: dict[str, str] = {}
        with contextlib.suppress(OSError, ValueError):
            before = json.loads(self.stubs.read_bytes())
        done: list[str] = []
        for exercise in every:
            news = self.bring_in(exercise, before.get(exercise.name))
            done += [f"{exercise.folder.name}: {each}" for each in news]
        digests = {exercise.name: digest_of(exercise.stub) for exercise in every}
        if digests != before:
            write(self.stubs, json.dumps(digests, indent=1).encode())
        return done

    def bring_in(self, exercise: Exercise, known: str | None) -> Iterator[str]:
        """Bring in what a release has of one exercise, whose stub had the digest `known`."""
        file = self.file(exercise)
        older = min(self.root.glob(f"[0-9][0-9]_{exercise.name}"), default=None)
        if older and not file.parent.exists():
            older.rename(file.parent)
            yield f"was {older.name}"
        is_new = not file.exists()
        if (is_new or digest_of(file) == known) and self.reset(exercise):
            yield "a new exercise.py; you had not begun it"
        readme, content = file.with_name("README.md"), exercise.readme.read_bytes()
        is_old = not readme.exists() or readme.read_bytes() != content
        copy = self.put(readme, content)
        kept = f"; yours is in {copy.relative_to(self.root)}" if copy else ""
        if is_new:
            yield "new"
        elif is_old:
            yield f"a new README.md{kept}"


def digest_of(file: Path) -> str:
    """Give a short digest of a file's content; empty if there is no plain file."""
    with contextlib.suppress(OSError):
        # To read a pipe, or an endless device, would never end.
        if file.is_file():
            return hashlib.sha256(file.read_bytes()).hexdigest()[:16]
    return ""


def write(file: Path, content: bytes) -> None:
    """Write a file so that it has either its old content or the new, whatever happens meanwhile."""
    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.with_name(f".{file.name}-{stamp()}")
    try:
        with beside.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(beside, file)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def start(root: Path) -> Workshop:
    """Make a learner's folder, or take one over whose hidden folder was lost, in copying."""
    workshop = Workshop(root)
    every = catalog.exercises()
    try:
        known = workshop.hidden.is_dir()
        is_lost = not known and any((root / each.folder.name).is_dir() for each in every)
        if root.is_dir() and any(root.iterdir()) and not is_lost:
            advice = "go on there: minitasks workshop watch" if known else "name another"
            raise CannotRun(f"{root} is not empty: {advice}")
        workshop.hidden.mkdir(parents=True)
        workshop.update()
        if not is_lost:
            write(root / ".vscode" / "launch.json", launch_json().encode())
            write(root / "AGENTS.md", FOR_ASSISTANTS.read_bytes())
    except OSError as problem:
        raise CannotRun(f"can't write {root}: {problem.strerror}; name another folder") from problem
    workshop.move_to(every[0])
    return workshop


def find(beginning: Path) -> Workshop:
    """Find the learner's folder that a path is in."""
    for folder in (beginning, *beginning.parents):
        if (folder / HIDDEN).is_dir():
            return Workshop(folder)
    raise CannotRun(f"no workshop in {beginning}: cd into it, or begin: minitasks workshop start")


def as_json(workshop: Workshop, exercise: Exercise) -> dict[str, Any]:
    """Give an exercise and how far it is, as the documented JSON object."""
    each = workshop.progress_in(exercise)
    return {
        "number": exercise.number,
        "exercise": exercise.name,
        "title": exercise.title,
        "task": exercise.task,
        "file": str(workshop.file(exercise)),
        "passed": bool(each.passed),
        "tries": each.tries,
        "hints": each.hints,
        "solution": each.solution,
        "minutes": round(each.minutes),
    }


def is_begun(exercise: Exercise, digest: str) -> bool:
    """Tell from its digest whether the learner's file is there and no longer the stub."""
    return digest not in {"", digest_of(exercise.stub)}
