"""pdb's commands at a tour's prompt: where each leads, across threads and awaits."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tour.session import Prompt, Session, program, typed

pytestmark = pytest.mark.slow

BEFORE_THE_THREAD = ("register-product", "--stop", "11")
LAST_LINE_OF_A_COROUTINE = ("register-product", "--stop", "13")
IN_WORKER = ("register-product", "--stop", "12")

# What it hands over has no name that the tour could find, and so no stop.
OFFLOADS_TWICE = """
import time
import anyio
from minitasks import run_in_threadpool

def block():
    time.sleep(0.1)
    return "blocked"

async def main():
    for _ in range(2):
        result = await run_in_threadpool(block)
        print(result)

anyio.run(main)
"""


def test_s_on_the_await_goes_into_the_threads_function_in_one_press() -> None:
    """One `s` from the line that awaits the worker thread to that thread's function."""
    with Session(*BEFORE_THE_THREAD) as session:
        prompt = typed(session, "s")
    assert prompt.function == "send_confirmation_email"
    assert prompt.lane == "worker thread 1"
    assert "--Call--" in prompt.text


def test_s_from_the_threads_last_line_comes_back_to_the_event_loop() -> None:
    """Out of the worker thread the next step is behind the await, on the event loop."""
    with Session(*IN_WORKER) as session:
        returning = typed(session, "s")
        back = typed(session, "s")
    assert "--Return--" in returning.text
    assert (back.function, back.source) == ("run_in_threadpool", "return result")
    assert back.lane == "event loop"


def test_n_on_the_await_waits_for_the_thread_and_stays(tmp_path: Path) -> None:
    """Where nothing stops in the thread, `n` goes from the await to the line behind it."""
    path = tmp_path / "app.py"
    path.write_text(OFFLOADS_TWICE)
    with Session(str(path)) as session:
        in_thread = typed(session, "c")
        silenced = typed(session, "silence")
        awaits = typed(session, "c")
        behind = typed(session, "n")
        result = typed(session, "p result")
    assert in_thread.source == "time.sleep(0.1)"
    assert "no stop at app.py:7 any more" in silenced.text
    assert awaits.source == "result = await run_in_threadpool(block)"
    assert behind.source == "print(result)"
    assert "'blocked'" in result.text


@pytest.mark.parametrize("command", ["n", "r", "unt"])
def test_a_coroutine_that_returns_says_so_and_leads_to_its_awaiter(command: str) -> None:
    """Its end is announced with its result, and the next step is in the one that awaits it."""
    with Session(*LAST_LINE_OF_A_COROUTINE) as session:
        returning = typed(session, command)
        awaiter = typed(session, "n")
    assert "--Return--" in returning.text
    assert "run_in_threadpool()->None" in returning.text
    assert awaiter.function == "__call__"
    assert awaiter.file == "minitasks/background.py"


def test_a_wait_is_not_shown_as_a_return() -> None:
    """`n` over an await that takes its time stops once, behind it."""
    with Session("register-product", "--stop", "9") as session:
        prompt = typed(session, "n")
    assert "--Return--" in prompt.text
    assert prompt.function == "register_to_blockchain"


def test_an_exception_travels_up_the_coroutines_one_press_a_frame() -> None:
    """`n` at a line that raises shows the exception in each frame, and no false return."""
    with Session("first-failure", "--stop", "3") as session:
        prompts = [typed(session, "n") for _ in range(3)]
    assert [prompt.function for prompt in prompts] == [
        "register_to_blockchain",
        "__call__",
        "__call__",
    ]
    assert all("ConnectionError" in prompt.text for prompt in prompts)
    assert not any("--Return--" in prompt.text for prompt in prompts)


def test_u_and_d_stay_in_the_tours_files() -> None:
    """Up from a task is the core's frame that awaits it, though the server's frames lie between."""
    with Session("register-product", "--stop", "9") as session:
        up = [typed(session, "u").function for _ in range(2)]
        down = typed(session, "d").function
        at_the_top = [typed(session, "u") for _ in range(2)][-1]
    assert up == ["__call__", "__call__"]
    assert down == "__call__"
    assert "Oldest frame" in at_the_top.text


def test_w_shows_the_lanes_and_what_awaits_what() -> None:
    """In a worker thread `where` shows the event loop's chain that waits for it, in 80 columns."""
    with Session(*IN_WORKER) as session:
        text = typed(session, "w").text.replace("\r", "")
    lines = text[text.index("Lanes") :].splitlines()[1:]
    lanes = {line[:18].strip(): line[19:] for line in lines if "awaits" not in line}
    assert lanes["event loop"] == "free: it waits for something to happen"
    assert lanes["* worker thread 1"].startswith("send_confirmation_email  register_product.py:")
    awaited = [line.split()[2] for line in lines if "which awaits" in line]
    assert awaited == ["BackgroundTask.__call__", "run_in_threadpool"]
    assert max(map(len, text.splitlines())) < 80


def test_the_event_loop_goes_on_while_a_worker_thread_has_the_prompt() -> None:
    """Heartbeats are counted meanwhile; with the prompt on the event loop there are none."""
    with Session("sync-task", "--stop", "3") as session:
        typed(session, "import time; time.sleep(0.5)")
        in_worker = typed(session, "c")
    beats = re.search(r"heartbeat \((\d+) times\)", in_worker.text)
    assert beats is not None
    assert int(beats[1]) > 10


def test_note_repeats_the_note() -> None:
    """`note` shows what the stop said, as often as wanted."""
    with Session("context") as session:
        assert session.first is not None
        typed(session, "p 1")
        again = typed(session, "note")
    assert again.note == session.first.note
    assert again.stop == 1


def test_run_starts_the_tour_again() -> None:
    """`run` leaves this run and begins another at the first stop."""
    with Session("context") as session:
        typed(session, "c")
        again = typed(session, "run")
        assert again.stop == 1
        assert [prompt.stop for prompt in (typed(session, "c") for _ in range(3))] == [2, 3, 4]


def test_a_breakpoint_of_ones_own_stops_like_a_stop() -> None:
    """`b` works in the tour's files, and its breakpoint stops between two stops."""
    with Session("register-product", "--stop", "3") as session:
        assert session.first is not None
        typed(session, f"b {session.first.line + 1}")
        typed(session, "c")
        own = typed(session, "c")
    assert own.stop is None
    assert own.source == "self.tasks.append(task)"


def test_anyio_is_stepped_into_only_when_asked() -> None:
    """With --into anyio, `s` on the await goes into anyio's own file."""
    with Session(*BEFORE_THE_THREAD, "--into", "anyio") as session:
        prompt = typed(session, "s")
        assert prompt.file.endswith("anyio/to_thread.py")
        assert prompt.function == "run_sync"


def up_to_the_last_stop(session: Session) -> Iterator[Prompt]:
    """Type `c` until the last stop of the tour of `context`."""
    stop = None
    while stop != 4:
        prompt = typed(session, "c")
        stop = prompt.stop
        yield prompt


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_run_keeps_breakpoints_and_finds_every_stop_again(backend: str) -> None:
    """Also those of worker threads that trio keeps from one run to the next."""
    with Session("context", "--backend", backend) as session:
        assert session.first is not None
        typed(session, f"b {session.first.line - 9}")  # the last line of write_audit_log
        first = [session.first, *up_to_the_last_stop(session)]
        second = [typed(session, "run"), *up_to_the_last_stop(session)]
    assert [prompt.source for prompt in second] == [prompt.source for prompt in first]
    assert [prompt.stop for prompt in second] == [prompt.stop for prompt in first]
    assert None in [prompt.stop for prompt in second]
    assert "worker thread 1" in [prompt.lane for prompt in second]


@pytest.mark.parametrize("presses", [5, 20, 40, 60])
@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_q_inside_anyio_hangs_nothing(presses: int, backend: str) -> None:
    """Wherever in anyio one stands, on the loop or in its worker thread, `q` ends the program."""
    with Session("sync-task", "--stop", "2", "--into", "anyio", "--backend", backend) as session:
        for _ in range(presses):
            typed(session, "s")
        assert session.type("q") is None, session.last_words
        words, code = session.end()
    assert "Traceback" not in words
    assert code == 0


def test_debug_and_interact_work_as_in_pdb() -> None:
    """The recursive debugger opens and closes, and the tour goes on behind it."""
    with Session("context") as session:
        session.child.sendline("debug 1 + 1")
        session.child.expect_exact("((tour)) ")
        session.child.sendline("c")
        assert session.read() is not None
        assert typed(session, "c").stop == 2


def test_exit_leaves_interact_alone() -> None:
    """The interpreter closes, without a traceback, and the tour's prompt is back."""
    with Session("context") as session:
        session.child.sendline("interact")
        session.child.expect_exact(">>> ")
        session.child.sendline("exit()")
        back = session.read()
        assert back is not None
        assert "Traceback" not in back.text
        assert typed(session, "c").stop == 2


ASKS_ASYNC = """
import pdb
import anyio
from minitasks import BackgroundTask

async def answer():
    return 42

async def main():
    asked = 1
    await pdb.set_trace_async()
    asked += 1
    await BackgroundTask(answer)()

anyio.run(main, backend="{backend}")
"""


@pytest.mark.skipif(sys.version_info < (3, 14), reason="set_trace_async came with Python 3.14")
@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@pytest.mark.parametrize("ending", ["c", "q"])
def test_await_works_at_the_event_loops_prompt_that_a_program_awaits(
    tmp_path: Path, backend: str, ending: str
) -> None:
    """What is awaited there can be stepped through; then the prompt is back, with the result."""
    path = program(tmp_path, ASKS_ASYNC.format(backend=backend))
    with Session(path) as session:
        asked = session.first
        typed(session, "b answer")
        inside = typed(session, "await answer()")
        back = typed(session, "c")
        wrong = typed(session, "await answer('long')")
        after = session.type("n" if ending == "c" else "q")
        while after is not None and ending == "c":
            last, after = after, session.type("c")
        words, code = session.end()
    assert asked is not None
    assert (asked.function, asked.source) == ("main", "await pdb.set_trace_async()")
    assert (inside.function, inside.source) == ("answer", "return 42")
    assert "42" in back.text
    assert back.function == "main"
    assert "*** TypeError" in wrong.text
    assert "(Pdb)" not in words
    assert "Traceback" not in words
    assert code == 0
    if ending == "c":
        assert last.function == "answer"


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_await_works_where_the_event_loop_is_free(backend: str) -> None:
    """At a worker thread's prompt; at the event loop's, one line says why not."""
    with Session("sync-task", "--stop", "2", "--backend", backend) as session:
        typed(session, "import anyio")
        held = typed(session, "await anyio.sleep(0)")
        typed(session, "c")
        typed(session, "import anyio")
        typed(session, "waited = (await anyio.sleep(0), 42)[1]")
        shown = typed(session, "p waited")
        wrong = typed(session, "await anyio.sleep('long')")
        assert typed(session, "c").stop == 4
    assert "*** await needs a free event loop: type it at a worker thread's prompt" in held.text
    assert "42" in shown.text
    assert "*** TypeError" in wrong.text


def test_a_prompt_shows_the_lines_round_it() -> None:
    """Two before and two behind, with their numbers; `w` shows one line a frame."""
    with Session("sync-task", "--stop", "4") as session:
        assert session.first is not None
        source = [line for line in session.first.text.splitlines() if line[:4].strip().isdigit()]
        where = typed(session, "w")
    assert len(source) >= 3
    assert " -> " in source[2]
    assert where.text.count("\n-> ") == 3


def test_where_there_is_colour_the_source_has_it() -> None:
    """In a terminal that shows colours the code is coloured; the prompt is the same."""
    colours = {"TERM": "xterm-256color", "NO_COLOR": "", "FORCE_COLOR": "1"}
    with Session("sync-task", env=colours) as session:
        assert session.first is not None
        assert re.search(r"\x1b\[\S+m\w+\x1b\[0m", session.first.text)
        stepped = typed(session, "c")
    assert stepped.stop == 2


def test_the_book_shows_the_lanes_as_they_are() -> None:
    """The page's picture of `w` is what `w` prints, letter by letter."""
    page = Path(__file__).parents[2] / "docs" / "pages" / "stepping.md"
    picture = page.read_text(encoding="utf-8").split("```text\nLanes")[1].split("```")[0]
    with Session("sync-task", "--stop", "3") as session:
        text = typed(session, "w").text.replace("\r", "")
    assert text[text.index("Lanes") :].strip() == f"Lanes{picture.rstrip()}"
