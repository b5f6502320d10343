"""The report: who is where, and where people stall."""

import io
import shutil
from pathlib import Path

import pytest
from rich.console import Console

from minitasks.errors import CannotRun
from minitasks.workshop import catalog, folder, report
from minitasks.workshop.catalog import Exercise
from minitasks.workshop.folder import Workshop
from minitasks.workshop.journal import Event
from minitasks.workshop.verdict import Verdict

STUCK = "It holds for every number."


@pytest.fixture
def classroom(workshop: Workshop, exercise: Exercise, tmp_path: Path) -> Path:
    """Three learners: Ada has done the first exercise, Bo and 지우 are stuck on one claim of it."""
    room = tmp_path / "classroom"
    for name in ("ada", "<b>bo", "지우"):
        learner = folder.start(room / name)
        for minute, digest in enumerate("abc"):
            learner.journal.add(
                Event(f"2026-01-01T10:{10 * minute:02}:00+00:00", "failed", "double", STUCK, digest)
            )
    ada, bo = Workshop(room / "ada"), Workshop(room / "<b>bo")
    ada.note(exercise, Verdict("double", "", True), "d")
    bo.next_hint(exercise)
    bo.solution(exercise, anyway=True)
    return room


def test_tells_who_is_where_and_what_holds_people_up(classroom: Path) -> None:
    """Of each learner what passed, is at hand, was opened; of each exercise who is at it."""
    told = report.report([classroom])
    bo, ada, jiu = told["learners"]
    assert (bo["name"], ada["name"], jiu["name"]) == ("<b>bo", "ada", "지우")
    assert (ada["passed"], ada["at"]) == (1, "again")
    assert (jiu["passed"], jiu["at"], jiu["tries"], jiu["stuck_on"]) == (0, "double", 3, STUCK)
    assert (bo["hints"], bo["solutions"]) == (1, "double after three tries")
    first, second = told["exercises"]
    assert (first["exercise"], first["stuck_on"]) == ("double", STUCK)
    assert (first["passed"], first["there"], first["tries"]) == (1, 2, 3)
    assert (second["passed"], second["there"]) == (0, 1)


def test_tells_apart_folders_that_start_named(workshop: Workshop, tmp_path: Path) -> None:
    """Where everybody took the name that start chose, the folder around it tells who it is."""
    homes = [tmp_path / "home" / name for name in ("ada", "bo")]
    for home in homes:
        folder.start(home / folder.DEFAULT)
    names = [one["name"] for one in report.report(homes)["learners"]]
    assert names == ["ada/minitasks-workshop", "bo/minitasks-workshop"]


def test_a_folder_without_a_workshop_is_told(tmp_path: Path, workshop: Workshop) -> None:
    """Where there is none at all, in one line; beside others it is skipped, and named."""
    with pytest.raises(CannotRun, match="no workshop in"):
        report.report([tmp_path / "nowhere"])
    (tmp_path / "holiday pictures").mkdir()
    found = report.report([tmp_path / "holiday pictures", workshop.root])
    assert [one["name"] for one in found["learners"]] == ["learner"]
    assert found["skipped"] == [str(tmp_path / "holiday pictures")]
    console = Console(width=100, file=io.StringIO(), record=True)
    console.print(report.as_text(found))
    assert "holiday pictures: skipped" in " ".join(console.export_text().split())


@pytest.mark.parametrize("kind", ["zip", "gztar"])
def test_archives_are_read(classroom: Path, tmp_path: Path, kind: str) -> None:
    """Of one learner's folder or of a whole class; a file that is no archive is skipped."""
    of_all = shutil.make_archive(str(tmp_path / "all"), kind, classroom)
    of_ada = shutil.make_archive(str(tmp_path / "ada"), kind, classroom / "ada")
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"PK, but no more")
    found = report.report([Path(of_all), Path(of_ada), broken])
    names = sorted(one["name"] for one in found["learners"])
    assert names == ["<b>bo", "ada", "ada", "지우"]
    assert {one["passed"] for one in found["learners"] if one["name"] == "ada"} == {1}
    assert found["skipped"] == [str(broken)]


def test_the_table_fits_a_terminal(classroom: Path) -> None:
    """On 80 columns every learner and exercise is there; one whose journal is damaged is told as
    such, and the file is not touched.
    """
    journal = Workshop(classroom / "ada").journal.file
    journal.write_text("{broken")
    found = report.report([classroom])
    learners = {one["name"]: one["at"] for one in found["learners"]}
    assert (learners["ada"], learners["지우"]) == ("damaged", "double")
    assert journal.read_text() == "{broken"
    console = Console(width=80, file=io.StringIO())
    with console.capture() as capture:
        console.print(report.as_text(found))
    assert all(len(line) <= 80 for line in capture.get().splitlines())
    for word in ("ada", "지우", "double", "again", *(one.name for one in catalog.exercises())):
        assert word in capture.get()
