"""Watch: a scenario's run, recorded, here or in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from minitasks.errors import CannotRun
from minitasks.scenarios import find_scenario
from minitasks.scenarios.library import load_library
from minitasks.timeline.record_scenario import ScenarioRun, innermost, record_scenario
from tests.fresh_processes import fresh_processes, record_in_child
from tests.recorded import WRONG, recorded


def functions_of(watched: ScenarioRun) -> set[tuple[str, str]]:
    return {
        (Path(event.file).name, event.function)
        for event in watched.timeline.events
        if event.kind == "call"
    }


def test_the_scenario_and_the_library_are_recorded_and_nothing_else() -> None:
    """What a learner reads is in the recording; anyio and the server are not."""
    files = {Path(event.file).name for event in recorded("register-product").timeline.events}
    assert files == {"register_product.py", "background.py", "concurrency.py", "dispatch.py", ""}


def test_no_import_is_recorded() -> None:
    """The scenario's module is imported before the recording begins."""
    assert "<module>" not in {function for _, function in functions_of(recorded("context"))}


def test_it_runs_here_too() -> None:
    """The same steps in this process as in one of their own."""
    if sys.gettrace() is not None:
        pytest.skip("another tracer is at work")
    watched = record_scenario(find_scenario("context"), load_library("minitasks"))
    assert functions_of(watched) == functions_of(recorded("context"))
    assert not watched.error


def test_what_the_scenario_raises_is_kept_with_the_recording() -> None:
    """A learner sees how far the run came, and what ended it, in one line."""
    watched = recorded("sync-task", "cannot_be_awaited")
    assert ("sync_task.py", "write_report") in functions_of(watched)
    # Python 3.14 words it anew.
    assert watched.error in {
        "TypeError: object NoneType can't be used in 'await' expression",
        "TypeError: 'NoneType' object can't be awaited",
    }


def test_what_can_not_run_is_told_by_the_child() -> None:
    """A process of its own hands on why it could not do what was asked."""
    with fresh_processes() as pool, pytest.raises(CannotRun, match="does not run on trio"):
        pool.submit(record_in_child, "first-failure", "minitasks", "trio").result()


def test_a_warning_is_a_mark() -> None:
    """What Python would print into the picture is in the picture."""
    watched = recorded("lost-coroutine")
    marks = [event.text for event in watched.timeline.events if event.kind == "mark"]
    assert marks == ["RuntimeWarning: coroutine 'send_email' was never awaited"]


def test_ctrl_c_is_not_kept() -> None:
    """A KeyboardInterrupt ends the command, also from within groups of exceptions."""
    interrupt = KeyboardInterrupt()
    group = BaseExceptionGroup("outer", [BaseExceptionGroup("inner", [interrupt])])
    assert innermost(group) is interrupt


def test_another_minitasks_in_the_current_folder_is_not_taken(tmp_path: Path) -> None:
    """A fresh process records what its parent has imported, wherever they are started."""
    (tmp_path / "minitasks").mkdir()
    (tmp_path / "minitasks" / "__init__.py").write_text("raise SystemExit('the other minitasks')")
    script = tmp_path / "scripts" / "compare.py"
    script.parent.mkdir()
    script.write_text(
        "from tests.fresh_processes import fresh_processes, record_in_child\n"
        "if __name__ == '__main__':\n"
        "    with fresh_processes() as pool:\n"
        "        watched = pool.submit(record_in_child, 'in-order', 'minitasks').result()\n"
        "    print(len(watched.timeline.events) > 0)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, str(script)]
    assert subprocess.check_output(command, cwd=tmp_path, env=environment) == b"True\n"


def test_every_wrong_library_is_used() -> None:
    """No file is left over in wrong/."""
    texts = [path.read_text() for path in Path(__file__).parents[1].rglob("test_*.py")]
    unused = [
        path.stem
        for path in WRONG.glob("[!_]*.py")
        if not any(f'"{path.stem}"' in text or f"{path.stem}.py" in text for text in texts)
    ]
    assert unused == []
