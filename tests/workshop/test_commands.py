"""The commands: what they print, and their exit codes: 0 passed, 1 not yet, 2 could not run."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from minitasks.cli import cli
from minitasks.workshop import catalog
from minitasks.workshop.catalog import Exercise
from minitasks.workshop.folder import Workshop
from minitasks.workshop.verdict import Verdict
from tests.workshop.sample import SOLUTION, STUB

FAILED = Verdict("double", "", False, "claim", seen="no")


def run(*words: str) -> Result:
    return CliRunner().invoke(cli, ["workshop", *words], catch_exceptions=False)


@pytest.fixture
def here(workshop: Workshop, exercise: Exercise, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    monkeypatch.chdir(workshop.root)
    monkeypatch.setattr(catalog, "find", lambda _: exercise)
    return workshop


def test_check_fails_with_words_and_1(here: Workshop) -> None:
    """A stub: exit code 1, the claim, what was seen, the place; a traceback where asked for."""
    result = run("check")
    assert result.exit_code == 1
    assert "claim: Twice two is four." in result.output
    assert "seen:  twice two is 4, but your double gave None" in result.output
    assert "01_double/exercise.py, line 4" in result.output
    assert "Traceback" not in result.output
    assert "AssertionError: twice two is 4" in run("check", "--traceback").output


def test_check_passes_with_0_and_goes_on(
    here: Workshop, exercise: Exercise, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A solution: exit code 0; then the next exercise is meant, or the one whose folder this is."""
    here.file(exercise).write_text(SOLUTION)
    assert run("check").exit_code == 0
    assert "2 again" in run("check").output
    monkeypatch.chdir(here.file(exercise).parent)
    assert "1 double" in run("check").output


def test_check_all_asks_for_all(here: Workshop, exercise: Exercise) -> None:
    """With --all, one that has not passed makes it 1."""
    here.file(exercise).write_text(SOLUTION)
    assert run("check", "--all").exit_code == 1
    for one in catalog.exercises():
        here.file(one).write_text(SOLUTION)
    assert run("check", "--all").exit_code == 0


def test_check_grades_any_file_without_a_folder(
    here: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With --file no workshop is needed, and none is written to."""
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "any name.py"
    before = here.journal.file.read_bytes()
    file.write_text(SOLUTION)
    assert run("check", "double", "--file", str(file)).exit_code == 0
    file.write_text(STUB)
    assert run("check", "double", "--file", str(file)).exit_code == 1
    assert run("check", "--file", str(file)).exit_code == 2
    assert here.journal.file.read_bytes() == before


@pytest.mark.parametrize(
    "content",
    [SOLUTION.encode("utf-8-sig"), f"# coding: latin-1\n# \xe9\n{SOLUTION}".encode("latin-1")],
    ids=["with a byte-order mark", "in latin-1"],
)
def test_a_file_is_read_as_python_reads_it(
    here: Workshop, exercise: Exercise, content: bytes
) -> None:
    """In whatever encoding it says it is; it passes, and is compared."""
    here.file(exercise).write_bytes(content)
    assert run("check").exit_code == 0
    assert run("diff", "double").exit_code == 0


def test_a_file_that_python_can_not_read_is_told_in_a_line(
    here: Workshop, exercise: Exercise
) -> None:
    """It is not yet, and can't be compared."""
    here.file(exercise).write_bytes(b"\xff\n")
    assert run("check").exit_code == 1
    compared = CliRunner().invoke(cli, ["workshop", "diff", "--anyway"])
    assert (compared.exit_code, compared.stdout) == (2, "")
    assert "exercise.py can't be read: " in compared.stderr


def test_starlette_is_compared_only_where_it_has_the_same(here: Workshop) -> None:
    """What it has not under that name can't differ from it."""
    compared = CliRunner().invoke(cli, ["workshop", "diff", "double", "--starlette"])
    assert (compared.exit_code, compared.stdout) == (2, "")
    assert "Starlette has nothing that" in compared.stderr


@pytest.mark.parametrize("editor", ["'", "/no/such/editor"])
def test_an_editor_that_can_not_be_run_is_told_in_a_line(
    here: Workshop, monkeypatch: pytest.MonkeyPatch, editor: str
) -> None:
    """The README is shown all the same."""
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", editor)
    opened = CliRunner().invoke(cli, ["workshop", "open", "double"])
    assert opened.exit_code == 2
    assert "your file:" in opened.stdout
    assert opened.stderr.startswith("minitasks: $VISUAL or $EDITOR can't be run: ")


def test_json_is_the_documented_schema(here: Workshop) -> None:
    """Each field of the schema of check, list and report is there, and no other."""
    answer = json.loads(run("check", "--json").output)
    assert answer.keys() == {"schema", "command", "passed", "results"}
    [result] = answer["results"]
    assert documented("check") == set(result)
    assert result["place"].keys() == {"file", "line", "source", "note"}
    claim = {"test": "test_two", "text": "Twice two is four.", "outcome": "failed"}
    assert result["claims"][0] == claim
    assert (answer["schema"], answer["passed"], result["reason"]) == (1, False, "claim")
    listed = json.loads(run("list", "--json").output)
    reported = json.loads(run("report", ".", "--json").output)
    assert listed["current"] == "double"
    assert documented("list") == set(listed["exercises"][0])
    assert documented("learners") == set(reported["learners"][0])
    assert documented("exercises") == set(reported["exercises"][0])


def documented(part: str) -> set[str]:
    """Give the names that docs/pages/reference.md tells of one object."""
    page = Path(__file__).parents[2] / "docs" / "pages" / "reference.md"
    _, _, section = page.read_text(encoding="utf-8").partition(f"<!-- schema: {part} -->\n")
    table, _, _ = section.partition("\n\n")
    return {row.split("`")[1] for row in table.splitlines()[2:]}


def test_hint_opens_one_after_another(here: Workshop) -> None:
    """Each hint opens the next; the last stays."""
    headings = [run("hint").output.partition(":")[0] for _ in range(4)]
    assert headings == [f"hint {number} of 3" for number in (1, 2, 3, 3)]


@pytest.mark.parametrize(
    ("tries", "passed", "options", "how"),
    [
        ("", True, [], "after a pass"),
        ("abc", True, [], "after a pass"),
        ("a", False, ["--anyway"], "anyway"),
        ("abc", None, [], "after three tries"),
    ],
)
def test_when_a_solution_opens(
    here: Workshop,
    exercise: Exercise,
    tries: str,
    passed: bool | None,
    options: list[str],
    how: str,
) -> None:
    """After a pass, however many tries there were, after three, and for whoever insists; the
    journal says which. Before: exit code 2, and one line that says how many tries are left.
    """
    for digest in tries:
        early = run("solution")
        left = 3 - tries.index(digest)
        assert early.exit_code == 2
        assert f"when {left} more of your own tries have failed" in early.output
        assert early.output.count("\n") == 1
        assert not here.progress_in(exercise).solution
        here.note(exercise, FAILED, digest)
    if passed is not None:
        here.note(exercise, Verdict("double", "", passed), "d")
    assert "return number * 2" in run("solution", "double", *options).output
    assert here.progress_in(exercise).solution == how


def test_solution_reset_and_undo_lose_nothing(here: Workshop, exercise: Exercise) -> None:
    """A solution written over the learner's file, a reset, each undone: the work is there."""
    early = run("undo")
    assert early.exit_code == 2
    assert "nothing to undo: double was never overwritten" in early.output
    file = here.file(exercise)
    file.write_text("my work\n")
    for command, content in ((["solution", "--anyway", "--write"], SOLUTION), (["reset"], STUB)):
        run(*command)
        assert file.read_text() == content
        run("undo")
        assert file.read_text() == "my work\n"


def test_diff_compares_with_the_solution_and_starlette(here: Workshop, exercise: Exercise) -> None:
    """Against the solution once it is open; against Starlette's source at any time."""
    assert run("diff").exit_code == 2
    assert "-    pass\n+    return number * 2\n" in run("diff", "--anyway").output
    file = here.file(exercise)
    file.write_text("def mine():\n    pass\n\nasync def run_in_threadpool():\n    pass\n")
    difference = run("diff", "--starlette").output
    assert "+++ starlette/concurrency.py" in difference
    assert "-async def run_in_threadpool():" in difference
    assert "anyio.to_thread.run_sync" in difference
    assert "mine" not in difference
    file.write_text("def broken(:\n")
    broken = run("diff", "--starlette")
    assert (broken.exit_code, "can't be parsed: line 1" in broken.output) == (2, True)


def test_open_shows_the_readme_and_the_file(
    here: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without an editor set, open shows what there is to read and where the file is."""
    monkeypatch.delenv("EDITOR", raising=False)
    monkeypatch.delenv("VISUAL", raising=False)
    output = run("open").output
    assert "Give twice a number" in output
    assert "your file: 01_double/exercise.py" in output


def test_update_says_what_is_new_and_a_damaged_journal_is_mended(
    here: Workshop, exercise: Exercise
) -> None:
    """Or that there is nothing; whatever command comes, a damaged journal is set aside first."""
    exercise.readme.write_text("# Double it\n\nAnother task.\n")
    assert "01_double: a new README.md" in run("update").output
    assert run("update").output == "nothing new\n"
    here.journal.file.write_text("{broken")
    result = run("list")
    assert result.exit_code == 0
    assert "the progress file was damaged; it is kept as" in result.output


def test_what_keeps_a_command_from_running_is_2_and_one_line(
    here: Workshop, exercise: Exercise, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No test was reached, for the file can't be imported; or this is no workshop: how to begin."""
    here.file(exercise).write_text("def (")
    result = run("debug")
    assert result.exit_code == 2
    assert "SyntaxError" in result.output
    assert "no test was reached" in result.output.splitlines()[-1]
    monkeypatch.chdir(tmp_path)
    result = run("check")
    assert result.exit_code == 2
    assert "minitasks workshop start" in result.output
    assert result.output.count("\n") == 1


def test_doctor_tells_how_this_machine_is(here: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Well, where these tests can run; what does not work is told as BAD, and the code is 1."""
    result = run("doctor")
    assert result.exit_code == 0, result.output
    assert "BAD" not in result.output
    assert "a save is noticed after" in result.output

    def refuse(*_: object) -> None:
        raise PermissionError("read-only")

    monkeypatch.setattr("minitasks.workshop.doctor.write", refuse)
    result = run("doctor")
    assert result.exit_code == 1
    assert "BAD folder: PermissionError: read-only" in result.output
