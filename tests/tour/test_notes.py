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

# For each stop what its note says to type, and a pattern of what stands there then.
LOOKS: dict[tuple[str, int], list[tuple[str, str]]] = {
    ("register-product", 1): [
        ("p product", "name='book'"),
        ("w", r"\* worker thread 1  register_"),
    ],
    ("register-product", 2): [("p tasks.tasks", r"\[\]"), ("s", r"--Call--[^$]*add_task")],
    ("register-product", 3): [("p func, args, kwargs", r"register_to_block.*Product.*\{\}")],
    ("register-product", 4): [("p target", "register_to_block"), ("r", r"--Return--[^$]*->True")],
    ("register-product", 5): [
        ("p [(task.func, task.is_async) for task in tasks.tasks]", r"chain.*True.*email.*False")
    ],
    ("register-product", 6): [("w", r"  worker thread 1  no code of this tour")],
    ("register-product", 7): [("p self.func, self.is_async", r"register_to_blockchain.*True")],
    ("register-product", 8): [("s", r"--Call--[^$]*register_to_blockchain\(\)")],
    ("register-product", 9): [("n", r"--Return--[^$]*register_to_blockchain\(\)")],
    ("register-product", 10): [("p self.func, self.kwargs", r"send_conf.*'to': 'ada@")],
    ("register-product", 11): [
        ("p bound_call", r"partial.*send_conf"),
        ("s", "in worker thread 1"),
    ],
    ("register-product", 12): [("w", r"awaits   BackgroundTask\.__call__[^$]*run_in_threadpool")],
    ("register-product", 13): [("p result", "None"), ("u", r"-> +await run_in_threadpool\(")],
    ("register-product", 14): [ENDS],
    ("sync-task", 1): [("n", r"-> +await task\(\)"), ("p task.is_async", "False")],
    ("sync-task", 2): [
        *(2 * [("s", "run_in_threadpool")]),
        ("s", "-> +result = await"),
        ("p bound_call", "partial"),
    ],
    ("sync-task", 3): [
        ("import time; time.sleep(0.2)", ""),
        ("n", r"meanwhile: heartbeat \(\d+ times\)"),
    ],
    ("sync-task", 4): [("w", r"\* event loop       run_in_threadpool"), ENDS],
    ("frozen-loop", 1): [("w", r"await self\.func\(\*self\.args")],
    ("frozen-loop", 2): [
        ("w", "  client 2         second_client"),
        ("n", r"^((?!heartbeat|200 sent)[^$])*$"),
    ],
    ("frozen-loop", 3): [ENDS],
    ("in-order", 1): [
        ("n", r"-> +tasks\.add_task\(charge_card"),
        ("n", r"-> +tasks\.add_task\(notify"),
    ],
    ("in-order", 2): [(NAMES.format("self"), "'charge_card', 'notify_warehouse', 'print_label'")],
    ("in-order", 3): [("w", r"BackgroundTasks\.__call__  background\.py:\d+  await task\(\)")],
    ("in-order", 4): [("n", r"--Return--[^$]*notify_warehouse")],
    ("in-order", 5): [("w", r"\* worker thread 1  print_label")],
    ("in-order", 6): [ENDS],
    ("first-failure", 1): [(NAMES.format("tasks"), "'save_.*', 'register_.*', 'send_.*'")],
    ("first-failure", 2): [("n", "--Return--"), ("n", "now on the event loop")],
    ("first-failure", 3): [
        ("n", r"ConnectionError[^$]*register_to_blockchain\(\)"),
        ("n", r"ConnectionError[^$]*await self\.func"),
        ("n", r"ConnectionError[^$]*await task\(\)"),
        (NAMES.format("self"), "'send_confirmation_email'"),
        ("c", r"^((?!send_confirmation_email)[^$])*$"),
    ],
    ("pool-of-tokens", 1): [
        ("p limiter.total_tokens", "40"),
        ("n", ""),
        ("p limiter.total_tokens", "2"),
    ],
    ("pool-of-tokens", 2): [(TOKENS, r"\b0\b")],
    ("pool-of-tokens", 3): [
        ("w", r"\* worker thread \d  resize_image\(\d\)[^$]*offload\(3\)[^$]*offload\(4\)")
    ],
    ("pool-of-tokens", 4): [("w", r"offload\(\d\)"), ENDS],
    ("context", 1): [("p current_user.get()", "'ada'")],
    ("context", 2): [
        ("p current_user.get()", "'ada'"),
        ("n", ""),
        ("p current_user.get()", "'auditor'"),
    ],
    ("context", 3): [("p current_user.get()", "'ada'")],
    ("context", 4): [("r", "--Return--"), ("c", "meanwhile: the caller sees grace")],
    ("lost-coroutine", 1): [("p target", "send_later"), ("r", r"--Return--[^$]*->False")],
    ("lost-coroutine", 2): [("s", r"--Return--[^$]*send_later\(\)-><coroutine")],
    ("lost-coroutine", 3): [("p obj", "partial"), ("p target", "^((?!partial)[^$])*send_email")],
    ("lost-coroutine", 4): [
        ("p to", "'grace@example.org'"),
        ("n", "'send_email' was never awaited"),
    ],
    ("cancelled", 1): [("n", "CancelledError.*\n> .*call_slow_service")],
    ("cancelled", 2): [("c", "stop 3 of 5")],
    ("cancelled", 3): [("w", r"  waiting          BackgroundTasks\.__call__")],
    ("cancelled", 4): [("c", "stop 5 of 5[^$]*send_confirmation_email")],
    ("cancelled", 5): [("n", "CancelledError.*\n> .*send_confirmation_email")],
    ("four-ways", 1): [("p way", "run_in_threadpool")],
    ("four-ways", 2): [(SEEN, r"\(1, 'ada'\)")],
    ("four-ways", 3): [("p name", "'ada'")],
    ("four-ways", 4): [("n", ""), ("p left_behind", "False")],
    ("four-ways", 5): [(SEEN, r"\(0, 'ada'\)")],
    ("four-ways", 6): [(SEEN, r"\(0, 'nobody'\)")],
}


def test_what_each_note_says_to_look_at_is_there() -> None:
    """At every stop of every tour; then `q` ends the program, wherever that has led."""
    assert list(LOOKS) == STOPS

    def look(name: str, number: int) -> None:
        with Session(name, "--stop", str(number)) as session:
            for command, pattern in LOOKS[name, number]:
                session.child.sendline(command)
                prompt = session.next_prompt()
                shown = session.last_words.partition("\n")[2]
                assert re.search(pattern, shown), (name, number, command, shown)
                own = [line for line in shown.splitlines() if OWN_WORDS.match(line)]
                assert max(map(len, own), default=0) < 80, own
            session.end_cleanly("q" if prompt else None)

    at_stops(STOPS, look)
