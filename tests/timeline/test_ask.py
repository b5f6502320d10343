"""Ask: questions on a run, made from what it has shown."""

import sys

import pytest

from minitasks.scenarios import NAMES
from minitasks.timeline.ask import PLACES, questions_on
from minitasks.timeline.scenario_findings import find
from tests.recorded import recorded

SEES, DOES = "What does the caller see?", "What does the caller do?"
WAITS, GOES_ON = "it waits for the thread", "it goes on at once"
RIGHT = {
    **{
        (name, "While the tasks run:"): "the client has its answer and goes on"
        for name in ("register-product", "frozen-loop", "first-failure")
    },
    ("sync-task", "While write_report runs, does the event loop go on?"): "yes, it goes on",
    ("sync-task", "Meanwhile, what is main, which awaits it?"): "suspended: its thread is free",
    ("frozen-loop", "While write_report runs, does the event loop go on?"): "no, it stands still",
    ("first-failure", "How does register_to_blockchain end?"): "it raises an exception",
    ("first-failure", "Is send_confirmation_email called?"): "no, never",
    ("pool-of-tokens", "There are 2 tokens. How many of the tasks run at once, at most?"): "2",
    ("pool-of-tokens", "Does resize_image run as soon as it is handed to a thread?"): (
        "no: it waits for a token"
    ),
    ("context", "Does write_audit_log see what its caller had set current_user to?"): "yes",
    ("context", f"Then it is set to auditor by the function in the thread. {SEES}"): (
        "what was there before"
    ),
    ("lost-coroutine", "Does send_email run for ada?"): "no",
    ("lost-coroutine", "What does Python do about it?"): "it prints a warning",
    ("cancelled", "How does call_slow_service end?"): "it raises an exception",
    ("cancelled", f"Its cancel scope is cancelled while copy_file runs in a thread. {DOES}"): WAITS,
    ("cancelled", f"asyncio cancels the task that waits for upload_file. {DOES}"): GOES_ON,
    **{
        (
            "four-ways",
            f"Its cancel scope is cancelled while {way} waits for its thread. {DOES}",
        ): then
        for way, then in {
            "run_in_threadpool": WAITS,
            "anyio.to_thread.run_sync": WAITS,
            "asyncio.to_thread": GOES_ON,
        }.items()
    },
    ("four-ways", "Does run_in_threadpool take a token?"): "yes",
    ("four-ways", "Does anyio.to_thread.run_sync take a token?"): "yes",
}


@pytest.mark.parametrize("name", NAMES)
def test_no_answer_disagrees_with_the_run(name: str) -> None:
    """What counts as right is what the recording holds: the lane, the order, what was sent."""
    view = recorded(name).view
    found = find(name, view)
    questions = questions_on(view, found)
    assert 3 <= len(questions) <= 5
    for question in questions:
        assert question.sentence in found
        assert question.sentence.holds
        right = question.options[question.right]
        if right in PLACES.values():
            (function,) = question.functions
            call = view.call(function)
            assert call is not None
            assert PLACES[call.lane.kind] == right
        elif question.text == "Which is called first?":
            starts = {each: view.calls(each)[0].start for each in question.options}
            assert min(starts, key=starts.__getitem__) == right
        elif question.text.startswith("Which comes first"):
            assert right == "the answer is sent"
        else:
            assert RIGHT[name, question.text] == right


@pytest.mark.skipif(sys.platform == "win32", reason="pexpect needs a pseudo-terminal")
def test_a_learner_answers_by_number_and_then_sees_the_picture() -> None:
    """Each answer is followed by its sentence and its bars; a wrong number is asked again."""
    import pexpect

    command = ["-m", "minitasks", "run", "in-order", "--ask"]
    terminal = pexpect.spawn(sys.executable, command, encoding="utf-8", timeout=30)
    terminal.setwinsize(24, 80)
    terminal.expect("Which is called first")
    terminal.expect("1  charge_card")
    terminal.sendline("7")
    terminal.expect("7 is not in the range")
    terminal.sendline("1")
    terminal.expect("Yes.")
    terminal.expect("The tasks ran in this order")
    terminal.expect("charge_card.*█")
    while terminal.expect(["Where does ", "in-order on minitasks"]) == 0:
        terminal.sendline("1")
    terminal.expect("runs or blocks its thread")
    terminal.expect(pexpect.EOF)
