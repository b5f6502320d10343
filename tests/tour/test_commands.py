"""Commands at a prompt: where each leads, across threads and awaits."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tour.session import Prompt, Session, one_task, workers

pytestmark = pytest.mark.slow

# Of the article's scenario, which is taken unless another is named.
BEFORE_THE_THREAD = ("--stop", "11")
LAST_LINE_OF_A_COROUTINE = ("--stop", "13")
BOTH = pytest.mark.parametrize("backend", ["asyncio", "trio"])

OFFLOADS_TWICE = (
    "from minitasks import run_in_threadpool",
    "def block():",
    "    time.sleep(0.1)",
    "    return 'blocked'",
    "for _ in range(2):",
    "    result = await run_in_threadpool(block)",
    "    print(result)",
)
ASKS_ASYNC = (
    "import pdb",
    "async def answer():",
    "    return 42",
    "asked = 1",
    "await pdb.set_trace_async()",
    "asked += 1",
    "await BackgroundTask(answer)()",
)


def test_s_goes_through_the_thread_and_back() -> None:
    """One press from the await to the thread's function; from its end one behind the await."""
    with Session(*BEFORE_THE_THREAD) as session:
        before = session.prompt
        call = session.type("s")
        assert session.type("note").note == before.note
        assert session.prompt.lane == "event loop"
        session.type("s")
        returning, back = session.type("s"), session.type("s")
    assert "--Call--" in call.text
    assert (call.function, call.lane) == ("send_confirmation_email", "worker thread 1")
    assert "--Return--" in returning.text
    assert (back.function, back.source) == ("run_in_threadpool", "return result")
    assert back.lane == "event loop"


def test_n_on_the_await_waits_for_the_thread_and_stays(tmp_path: Path) -> None:
    """Where nothing stops in the thread, `n` goes from the await to the line behind it."""
    with Session(one_task(tmp_path, *OFFLOADS_TWICE)) as session:
        while session.prompt.source != "time.sleep(0.1)":
            session.type("c")
        assert "no stop at app.py:9 any more" in session.type("silence").text
        assert session.type("c").source == "result = await run_in_threadpool(block)"
        assert session.type("n").source == "print(result)"
        assert "'blocked'" in session.type("p result").text


@pytest.mark.parametrize("command", ["n", "r", "unt"])
def test_a_coroutine_that_returns_says_so_and_leads_to_its_awaiter(command: str) -> None:
    """Its end is announced with its result, and the next step is in the one that awaits it."""
    with Session(*LAST_LINE_OF_A_COROUTINE) as session:
        returning, awaiter = session.type(command), session.type("n")
    assert "--Return--" in returning.text
    assert "run_in_threadpool()->None" in returning.text
    assert (awaiter.function, awaiter.file) == ("__call__", "minitasks/background.py")


def test_u_and_d_stay_in_the_tours_files() -> None:
    """Up from a task is the core's frame that awaits it, though the server's frames lie between."""
    with Session("register-product", "--stop", "9") as session:
        functions = [session.type(command).function for command in ("u", "u", "d")]
        session.type("u")
        assert "Oldest frame" in session.type("u").text
    assert functions == ["__call__", "__call__", "__call__"]


def up_to_the_last_stop(session: Session) -> Iterator[Prompt]:
    """Type `c` until the last stop of the tour of `context`."""
    while session.prompt.stop != 4:
        yield session.type("c")


@BOTH
def test_run_keeps_breakpoints_and_finds_every_stop_again(backend: str) -> None:
    """Also those of worker threads that trio keeps from one run to the next."""
    with Session("context", "--backend", backend) as session:
        begun = session.prompt
        session.type(f"b {begun.line - 9}")  # the last line of write_audit_log
        first = [begun, *up_to_the_last_stop(session)]
        second = [session.type("run"), *up_to_the_last_stop(session)]
    assert [prompt.source for prompt in second] == [prompt.source for prompt in first]
    assert [prompt.stop for prompt in second] == [prompt.stop for prompt in first]
    assert None in [prompt.stop for prompt in second]
    assert "worker thread 1" in [prompt.lane for prompt in second]


@pytest.mark.parametrize("presses", [5, 20, 40, 60])
@BOTH
def test_q_inside_anyio_hangs_nothing(presses: int, backend: str) -> None:
    """Wherever in anyio one stands, on the loop or in its worker thread, `q` ends the program."""
    with Session("sync-task", "--stop", "2", "--into", "anyio", "--backend", backend) as session:
        files = [session.type("s").file for _ in range(presses)]
        assert any(file.endswith("anyio/to_thread.py") for file in files)
        session.end_cleanly("q")


@pytest.mark.parametrize(
    ("command", "inner", "back"),
    [("debug 1 + 1", "((tour)) ", "c"), ("interact", ">>> ", "exit()")],
)
def test_debug_and_interact_work_as_in_pdb(command: str, inner: str, back: str) -> None:
    """What opens inside the prompt closes again, and the tour goes on behind it."""
    with Session("context") as session:
        session.child.sendline(command)
        session.child.expect_exact(inner)
        assert "Traceback" not in session.type(back).text
        assert session.type("c").stop == 2


@pytest.mark.skipif(sys.version_info < (3, 14), reason="set_trace_async came with Python 3.14")
@BOTH
@pytest.mark.parametrize("ending", ["c", "q"])
def test_await_works_at_the_event_loops_prompt_that_a_program_awaits(
    tmp_path: Path, backend: str, ending: str
) -> None:
    """What is awaited there can be stepped through; then the prompt is back, with the result."""
    with Session(one_task(tmp_path, *ASKS_ASYNC, backend=backend)) as session:
        session.type("c")
        asked = session.type("c")
        session.type("b answer")
        inside = session.type("await answer()")
        back = session.type("c")
        wrong = session.type("await answer('long')")
        if ending == "c":
            session.type("n")
            assert list(session.prompts("c"))[-1].function == "answer"
            words = session.end_cleanly()
        else:
            words = session.end_cleanly("q")
    assert (asked.function, asked.source) == ("task", "await pdb.set_trace_async()")
    assert (inside.function, inside.source) == ("answer", "return 42")
    assert "42" in back.text
    assert back.function == "task"
    assert "*** TypeError" in wrong.text
    assert "(Pdb)" not in words


@BOTH
def test_await_works_where_the_event_loop_is_free(backend: str) -> None:
    """At a worker thread's prompt; at the event loop's, one line says why not."""
    with Session("sync-task", "--stop", "2", "--backend", backend) as session:
        session.type("import anyio")
        held = session.type("await anyio.sleep(0)")
        session.type("c")
        session.type("import anyio")
        session.type("waited = (await anyio.sleep(0), 42)[1]")
        assert "42" in session.type("p waited").text
        assert "*** TypeError" in session.type("await anyio.sleep('long')").text
        assert session.type("c").stop == 4
    assert "*** await needs a free event loop: type it at a worker thread's prompt" in held.text


def test_a_prompt_shows_the_lines_round_it_and_w_the_lanes() -> None:
    """Two before and two behind; `w` shows one line a frame, and the lanes as the book has them."""
    page = Path(__file__).parents[2] / "docs" / "pages" / "stepping.md"
    picture = page.read_text(encoding="utf-8").split("```text\nLanes")[1].split("```")[0]
    with Session("sync-task", "--stop", "3") as session:
        text = session.type("w").text
        prompt = session.type("c")
        where = session.type("w")
    assert text[text.index("Lanes") :].strip() == f"Lanes{picture.rstrip()}"
    source = [line for line in prompt.text.splitlines() if line[:4].strip().isdigit()]
    assert len(source) >= 3
    assert " -> " in source[2]
    assert where.text.count("\n-> ") == 3


def test_where_there_is_colour_the_source_has_it() -> None:
    """In a terminal that shows colours the code is coloured; the prompt is the same."""
    colours = {"TERM": "xterm-256color", "NO_COLOR": "", "FORCE_COLOR": "1"}
    with Session("sync-task", env=colours) as session:
        assert re.search(r"\x1b\[\S+m\w+\x1b\[0m", session.prompt.text)
        assert session.type("c").stop == 2


def test_r_at_the_end_of_a_function_goes_on_as_n_does(tmp_path: Path) -> None:
    """A worker thread's function has no caller to stop in: the event loop goes on."""
    with Session(workers(tmp_path, 1, "return number")) as session:
        while session.prompt.source != "return number":
            session.type("c")
        assert "--Return--" in session.type("n").text
        assert session.type("r").lane == "event loop"


def test_whoever_leaves_is_not_told_of_coroutines_that_nobody_awaited() -> None:
    """The one that lost-coroutine loses is dropped behind the tour."""
    with Session("lost-coroutine", "--stop", "2") as session:
        session.type("return")
        assert "RuntimeWarning" not in session.end_cleanly("q")
