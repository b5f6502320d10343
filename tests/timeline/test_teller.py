"""Teller: what waits to be told of, and what is left out."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from minitasks.scenarios.marks import request_number
from minitasks.timeline.events import Timeline
from minitasks.timeline.files import Folder
from minitasks.timeline.findings import Finding
from minitasks.timeline.teller import Teller, own_files
from tests.parts import wait_until


def test_files_are_listed_while_another_thread_meets_more(tmp_path: Path) -> None:
    """The request is told of on a thread of its own: meanwhile the next one calls new files."""

    class Growing(Folder):
        def is_own(self, file: str) -> bool:
            self.known[f"new {len(self.known)}"] = "/elsewhere.py"
            return super().is_own(file)

    files = Growing(tmp_path)
    files.known |= {name: str(tmp_path / name) for name in ("a.py", "b.py")}
    assert own_files(files) == {str(tmp_path / "a.py"), str(tmp_path / "b.py")}


class SlowRecording:
    """A recording that is looked at once so many requests are left out; notes who is looked for."""

    def __init__(self, folder: Path, left_out: int) -> None:
        recording: Any = self
        self.teller = Teller(Folder(folder), recording, lambda request: None, 50, is_live=True)
        self.asked: list[int] = []
        self.left_out = left_out

    def hear(self, number: int) -> None:
        request_number.set(number)
        self.teller.hear(f"GET /{number} done")
        request_number.set(0)

    def keep(self, number: int) -> Callable[[], Timeline]:
        wait_until(lambda: self.teller.left_out >= self.left_out)
        self.asked.append(number)
        return lambda: Timeline((), (), {})


def test_of_too_many_requests_the_last_are_told(tmp_path: Path) -> None:
    """The recording keeps the last ones, so an older one that waits gives its place to a newer."""
    recording = SlowRecording(tmp_path, left_out=150)
    for number in range(1, 251):
        recording.hear(number)
    with recording.teller.telling():
        pass
    assert recording.asked[-10:] == list(range(241, 251))


def test_ctrl_c_waits_for_few_requests_that_are_still_to_be_drawn(tmp_path: Path) -> None:
    """Of sixty that wait, the one at hand and thirty more are looked at; others are counted."""
    recording = SlowRecording(tmp_path, left_out=29)
    with recording.teller.telling():
        for number in range(1, 61):
            recording.hear(number)
        wait_until(lambda: recording.teller._done.qsize() == 59)
    assert len(recording.asked) == 31
    assert recording.teller.left_out == 60


def test_what_is_taken_meanwhile_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other thread may take all that wait when it has just been asked how many there are."""
    recording = SlowRecording(tmp_path, left_out=0)
    done = recording.teller._done
    for number in range(1, 61):
        recording.hear(number)

    def taken_meanwhile() -> int:
        how_many = len(done.queue)
        done.queue.clear()
        return how_many

    monkeypatch.setattr(done, "qsize", taken_meanwhile)
    with recording.teller.telling():
        pass
    assert recording.teller.left_out == len(recording.asked)


def test_of_a_function_that_holds_the_loop_again_only_a_far_longer_hold_is_news(
    tmp_path: Path,
) -> None:
    """Whatever another one of that name did in another file."""

    def held(file: str, milliseconds: float) -> Finding:
        figures = {"function": "work", "file": file, "milliseconds": milliseconds}
        return Finding(False, "", figures=figures)

    teller = SlowRecording(tmp_path, left_out=0).teller
    holds = [("a.py", 60), ("a.py", 70), ("b.py", 60), ("a.py", 2_000), ("a.py", 1_900)]
    news = [(file, took) for file, took in holds if teller._is_news(held(file, took))]
    assert news == [("a.py", 60), ("b.py", 60), ("a.py", 2_000)]
