"""The notes at a lambda, and at the line on which it is made."""

import sys
from pathlib import Path

import pytest

from tests.tour.session import program, take

if sys.platform == "win32":
    pytest.skip("pexpect needs a pseudo-terminal", allow_module_level=True)

PROGRAM = """
import anyio
from minitasks import BackgroundTasks, run_in_threadpool

def mail(): pass

async def main():
    tasks = BackgroundTasks()
    tasks.add_task(lambda: 1 + 1)
    later = lambda: tasks.add_task(mail)
    later()
    await tasks()
    await run_in_threadpool(
        lambda: 2 + 2
    )

anyio.run(main)
"""
NOW = "Now <lambda> runs. w shows who waits for it."
TOLD = [
    ("tasks = BackgroundTasks()", "A list of tasks is made, to be awaited later."),
    (
        "tasks.add_task(lambda: 1 + 1)",
        "A call of a function is put at the end of the list: nothing of it runs yet.",
    ),
    (
        "later = lambda: tasks.add_task(mail)",
        "A call of mail is put at the end of the list: nothing of it runs yet.",
    ),
    ("tasks.add_task(lambda: 1 + 1)", NOW),
    ("def mail(): pass", "Now mail runs. w shows who waits for it."),
    (
        "await run_in_threadpool(",
        "A call of a function goes to a worker thread when this is awaited.",
    ),
    ("lambda: 2 + 2", NOW),
]


def test_in_a_lambda_its_own_expression_alone_counts(tmp_path: Path) -> None:
    """What hands it over is told where that happens; what it hands over itself, when it runs."""
    prompts, _ = take(program(tmp_path, PROGRAM))
    told = [(prompt.source, prompt.note) for prompt in prompts]
    assert told == TOLD
    assert prompts[2].function == "<lambda>"
