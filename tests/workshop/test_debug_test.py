"""The debugger: where it stops, and what it shows there."""

import sys
from pathlib import Path

import pytest

from minitasks.workshop import debug_test
from minitasks.workshop.catalog import Exercise
from minitasks.workshop.folder import Workshop
from tests.workshop.sample import SOLUTION

SOURCE = '''class Task:
    """A task."""

    def __init__(self):
        """Make one."""
        self.done = False

    async def __call__(self):
        self.done = True


def plain():
    return 1
'''


@pytest.mark.parametrize(("line", "stops"), [(9, [9]), (1, [6, 9]), (12, [13])])
def test_stops_at_a_line_or_at_each_function_of_a_definition(line: int, stops: list[int]) -> None:
    """Where only a definition is to blame, each function in it is a stop, behind its docstring."""
    assert sorted(debug_test.stops(SOURCE, line)) == stops


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="pexpect needs a pseudo-terminal")
def test_walks_from_the_test_into_a_worker_thread(
    workshop: Workshop, exercise: Exercise, tmp_path: Path
) -> None:
    """A line that raised in a worker thread is stopped at there, with the learner's variables."""
    import pexpect

    file = workshop.file(exercise)
    file.write_text(
        "import anyio.to_thread\n"
        + SOLUTION.replace("await anyio.sleep(0)", "await anyio.to_thread.run_sync(work, number)")
        + "\n\ndef work(number):\n    half = number / 2\n    raise ValueError(half)\n"
    )
    program = tmp_path / "debug.py"
    program.write_text(
        "import sys\n"
        "from pathlib import Path\n"
        "from minitasks.workshop import debug_test, parent\n"
        "from minitasks.workshop.catalog import Exercise\n"
        "if __name__ == '__main__':\n"
        "    exercise, file = Exercise(Path(sys.argv[1])), Path(sys.argv[2])\n"
        "    debug_test.debug(exercise, parent.grade(exercise, file), None)\n"
        "    print('back again')\n"
    )
    words = [str(program), str(exercise.folder), str(file)]
    terminal = pexpect.spawn(
        sys.executable, words, encoding="utf-8", timeout=60, dimensions=(24, 300)
    )
    terminal.expect(r"exercise.py\(16\)work\(\)")
    terminal.expect(r"\(Pdb\) ")
    terminal.sendline("p half")
    terminal.expect(r"1\.0")
    terminal.sendline("import threading; threading.current_thread() is threading.main_thread()")
    terminal.expect("False")
    terminal.sendline("where")
    terminal.expect(r"exercise.py\(16\)work\(\)")
    assert "site-packages" not in str(terminal.before)
    terminal.sendline("q")
    terminal.expect("back again")
    terminal.expect(pexpect.EOF)
