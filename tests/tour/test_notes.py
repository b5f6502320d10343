"""Each note, held against the screen: what it says to look at is typed, and looked at."""

import re

import pytest

from tests.tour.session import Session
from tests.tour.test_abuse import STOPS, at_stops

pytestmark = pytest.mark.slow

NAMES = "p [task.func.__name__ for task in {}.tasks]"
TOKENS = "p anyio.to_thread.current_default_thread_limiter().borrowed_tokens"
SEEN = "p tokens_taken, user_seen"
# What the tour writes itself: notes, source lines, lanes, exceptions; not what pdb's `p` shows.
OWN_WORDS = re.compile(r"--|[ *] |\w+(\.\w+)*Error: ")
ENDS = ("c", "The program has ended")

# For each stop of a tour what its note says to type, and a pattern of what stands there then.
LOOKS: dict[str, list[list[tuple[str, str]]]] = {
    "register-product": [
        [("p product", "name='book'"), ("w", r"\* worker thread 1  register_")],
        [("p tasks.tasks", r"\[\]"), ("s", r"--Call--[^$]*add_task")],
        [("p func, args, kwargs", r"register_to_block.*Product.*\{\}")],
        [("p target", "register_to_block"), ("r", r"--Return--[^$]*->True")],
        [("p [(task.func, task.is_async) for task in tasks.tasks]", r"chain.*True.*email.*False")],
        [("w", r"  worker thread 1  no code of this tour")],
        [("p self.func, self.is_async", r"register_to_blockchain.*True")],
        [("s", r"--Call--[^$]*register_to_blockchain\(\)")],
        [("n", r"--Return--[^$]*register_to_blockchain\(\)")],
        [("p self.func, self.kwargs", r"send_conf.*'to': 'ada@")],
        [("p bound_call", r"partial.*send_conf"), ("s", "in worker thread 1")],
        [("w", r"awaits   BackgroundTask\.__call__[^$]*run_in_threadpool")],
        [("p result", "None"), ("u", r"-> +await run_in_threadpool\(")],
        [ENDS],
    ],
    "sync-task": [
        [("n", r"-> +await task\(\)"), ("p task.is_async", "False")],
        [
            *(2 * [("s", "run_in_threadpool")]),
            ("s", "-> +result = await"),
            ("p bound_call", "partial"),
        ],
        [("import time; time.sleep(0.2)", ""), ("n", r"meanwhile: heartbeat \(\d+ times\)")],
        [("w", r"\* event loop       run_in_threadpool"), ENDS],
    ],
    "frozen-loop": [
        [("w", r"await self\.func\(\*self\.args")],
        [("w", "  client 2         second_client"), ("n", r"^((?!heartbeat|200 sent)[^$])*$")],
        [ENDS],
    ],
    "in-order": [
        [("n", r"-> +tasks\.add_task\(charge_card"), ("n", r"-> +tasks\.add_task\(notify")],
        [(NAMES.format("self"), "'charge_card', 'notify_warehouse', 'print_label'")],
        [("w", r"BackgroundTasks\.__call__  background\.py:\d+  await task\(\)")],
        [("n", r"--Return--[^$]*notify_warehouse")],
        [("w", r"\* worker thread 1  print_label")],
        [ENDS],
    ],
    "first-failure": [
        [(NAMES.format("tasks"), "'save_.*', 'register_.*', 'send_.*'")],
        [("n", "--Return--"), ("n", "now on the event loop")],
        [
            ("n", r"ConnectionError[^$]*register_to_blockchain\(\)"),
            ("n", r"ConnectionError[^$]*await self\.func"),
            ("n", r"ConnectionError[^$]*await task\(\)"),
            (NAMES.format("self"), "'send_confirmation_email'"),
            ("c", r"^((?!send_confirmation_email)[^$])*$"),
        ],
    ],
    "pool-of-tokens": [
        [("p limiter.total_tokens", "40"), ("n", ""), ("p limiter.total_tokens", "2")],
        [(TOKENS, r"\b0\b")],
        [("w", r"\* worker thread \d  resize_image\(\d\)[^$]*offload\(3\)[^$]*offload\(4\)")],
        [("w", r"offload\(\d\)"), ENDS],
    ],
    "context": [
        [("p current_user.get()", "'ada'")],
        [("p current_user.get()", "'ada'"), ("n", ""), ("p current_user.get()", "'auditor'")],
        [("p current_user.get()", "'ada'")],
        [("r", "--Return--"), ("c", "meanwhile: the caller sees grace")],
    ],
    "lost-coroutine": [
        [("p target", "send_later"), ("r", r"--Return--[^$]*->False")],
        [("s", r"--Return--[^$]*send_later\(\)-><coroutine")],
        [("p obj", "partial"), ("p target", "^((?!partial)[^$])*send_email")],
        [("p to", "'grace@example.org'"), ("n", "'send_email' was never awaited")],
    ],
    "cancelled": [
        [("n", "CancelledError.*\n> .*call_slow_service")],
        [("c", "stop 3 of 5")],
        [("w", r"  waiting          BackgroundTasks\.__call__")],
        [("c", "stop 5 of 5[^$]*send_confirmation_email")],
        [("n", "CancelledError.*\n> .*send_confirmation_email")],
    ],
    "four-ways": [
        [("p way", "run_in_threadpool")],
        [(SEEN, r"\(1, 'ada'\)")],
        [("p name", "'ada'")],
        [("n", ""), ("p left_behind", "False")],
        [(SEEN, r"\(0, 'ada'\)")],
        [(SEEN, r"\(0, 'nobody'\)")],
    ],
}


def test_what_each_note_says_to_look_at_is_there() -> None:
    """At every stop of every tour; then `q` ends the program, wherever that has led."""
    assert [(name, at) for name in LOOKS for at in range(1, len(LOOKS[name]) + 1)] == STOPS

    def look(name: str, number: int) -> None:
        with Session(name, "--stop", str(number)) as session:
            for command, pattern in LOOKS[name][number - 1]:
                session.child.sendline(command)
                prompt = session.next_prompt()
                shown = session.last_words.partition("\n")[2]
                assert re.search(pattern, shown), (name, number, command, shown)
                own = [line for line in shown.splitlines() if OWN_WORDS.match(line)]
                assert max(map(len, own), default=0) < 80, own
            session.end_cleanly("q" if prompt else None)

    at_stops(STOPS, look)
