"""The learner's folder: nothing of the learner's is ever lost."""

import os
import re
import shutil
import stat
from pathlib import Path

import pytest

from minitasks.errors import CannotRun
from minitasks.workshop import catalog, folder
from minitasks.workshop.catalog import Exercise
from minitasks.workshop.folder import Workshop
from minitasks.workshop.verdict import Verdict


def test_start_brings_each_exercise(workshop: Workshop, exercise: Exercise) -> None:
    """README and stub of each, no grader, hints or solution; AGENTS.md asks for no solutions."""
    names = {path.name for path in workshop.file(exercise).parent.iterdir()}
    assert names == {"README.md", "exercise.py"}
    assert workshop.file(exercise).read_text() == exercise.stub.read_text()
    assert workshop.current() == exercise
    text = (workshop.root / "AGENTS.md").read_text()
    assert "Never write the solution" in text
    assert re.findall(r"`minitasks workshop (\w+)", text) == ["hint", "check"]


def test_start_adopts_a_folder_whose_hidden_one_was_lost(
    workshop: Workshop, exercise: Exercise
) -> None:
    """As when it was copied without hidden files: the learner's work stays as it is."""
    workshop.file(exercise).write_text("mine = 1\n")
    shutil.rmtree(workshop.hidden)
    adopted = folder.start(workshop.root)
    assert adopted.file(exercise).read_text() == "mine = 1\n"
    assert adopted.current() == exercise
    assert folder.find(workshop.root).root == workshop.root


def test_start_refuses_a_folder_with_something_in_it(workshop: Workshop, tmp_path: Path) -> None:
    """A folder that is not empty is left as it is; one that can't be made is told in one line."""
    full = tmp_path / "full"
    full.mkdir()
    thesis = full / "thesis.txt"
    thesis.write_text("years of work")
    with pytest.raises(CannotRun, match="is not empty: name another"):
        folder.start(full)
    with pytest.raises(CannotRun, match="go on there: minitasks workshop watch"):
        folder.start(workshop.root)
    with pytest.raises(CannotRun, match="can't write"):
        folder.start(thesis / "workshop")
    assert list(full.iterdir()) == [thesis]


def test_start_takes_an_empty_folder_with_an_odd_name(
    workshop: Workshop, exercise: Exercise, tmp_path: Path
) -> None:
    """Spaces and Korean letters are no trouble; what is copied from a read-only package is not."""
    odd = tmp_path / "한글 이름 & more"
    odd.mkdir()
    for path in exercise.folder.rglob("*.*"):
        path.chmod(0o444)
    started = folder.start(odd)
    assert folder.find(started.root / "01_double").root == odd
    assert os.stat(started.file(exercise)).st_mode & stat.S_IWUSR


def test_put_keeps_a_copy_and_undo_changes_over(workshop: Workshop, exercise: Exercise) -> None:
    """Whatever replaces a file, what it had stays, under the time; undo changes the two over."""
    assert not workshop.undo(exercise)
    file = workshop.file(exercise)
    file.write_text("mine")
    copy = workshop.put(file, b"something else")
    assert file.read_text() == "something else"
    assert copy is not None
    assert copy.read_text() == "mine"
    assert copy.relative_to(workshop.hidden / "copies").parts[1:] == ("01_double", "exercise.py")
    for content in ("mine", "something else", "mine"):
        workshop.undo(exercise)
        assert file.read_text() == content


def test_update_merges_new_exercises_and_keeps_files(
    workshop: Workshop, exercise: Exercise
) -> None:
    """A release brings new exercises and READMEs; what the learner wrote stays."""
    _, second = catalog.exercises()
    mine = workshop.file(exercise)
    mine.write_text("my work")
    mine.with_name("README.md").write_text("my notes")
    exercise.readme.write_text("# Double it\n\nAnother task.\n")
    workshop.file(second).unlink()
    workshop.file(second).with_name("README.md").unlink()
    done = workshop.update()
    assert mine.read_text() == "my work"
    assert workshop.file(second).read_text() == second.stub.read_text()
    assert mine.with_name("README.md").read_text() == exercise.readme.read_text()
    notes = [path.read_text() for path in workshop.hidden.rglob("README.md")]
    assert notes == ["my notes"]
    assert [line.partition(":")[0] for line in done] == ["01_double", "02_again"]
    assert workshop.update() == []


def test_update_brings_a_new_stub_and_number(workshop: Workshop, exercise: Exercise) -> None:
    """Worded anew, a stub replaces one that nobody touched; work goes along with its exercise."""
    _, second = catalog.exercises()
    here = workshop.file(exercise)
    workshop.file(second).write_text("begun")
    exercise.stub.write_text("# worded anew\n")
    second.stub.write_text("# worded anew\n")
    assert workshop.update() == ["01_double: a new exercise.py; you had not begun it"]
    assert here.read_text() == "# worded anew\n"
    assert workshop.file(second).read_text() == "begun"
    assert workshop.update() == []
    here.write_text("my work")
    here.parent.rename(workshop.root / "07_double")
    assert workshop.update() == ["01_double: was 07_double"]
    assert here.read_text() == "my work"
    assert not (workshop.root / "07_double").exists()


def test_a_journal_that_can_not_be_written_is_told_of(
    workshop: Workshop, exercise: Exercise
) -> None:
    """On a full disk, or a read-only one: the grading goes on, and says that it is not noted."""
    assert workshop.unkept == ""
    workshop.journal.file.unlink()
    workshop.journal.file.mkdir()
    workshop.note(exercise, Verdict("double", "", True), "digest")
    assert workshop.unkept.startswith(f"this is not noted: {workshop.hidden}: ")


def test_a_write_that_fails_leaves_the_old_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file has its old content or the new, never half of it; no temporary file stays."""
    file = tmp_path / "file"
    file.write_text("old")

    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        folder.write(file, b"new")
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


def test_the_next_exercise_is_found_by_itself(workshop: Workshop, exercise: Exercise) -> None:
    """The next that has not passed is at hand; to grade a stub or nothing at all is no try."""
    _, second = catalog.exercises()
    assert workshop.current() == exercise
    for digest in (folder.digest_of(exercise.stub), "", "something else"):
        workshop.note(exercise, Verdict("double", "", False, "claim"), digest)
    assert workshop.progress_in(exercise).tries == 1
    workshop.note(exercise, Verdict("double", "", True), "a")
    assert workshop.current() == second
    assert workshop.next_to_do(beyond=exercise) == second
    workshop.note(second, Verdict("again", "", True), "a")
    assert workshop.next_to_do() is None
