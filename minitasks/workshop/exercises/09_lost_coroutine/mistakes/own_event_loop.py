# feedback: your task ran send on another event loop, in a thread of its own
"""In the thread, a new event loop runs the coroutine: the mailer belongs to another."""

from typing import Any

import anyio


def remind(mailer: Any, person: str) -> None:
    anyio.run(mailer.send, person, f"{person}, your book is due")


def remind_all(tasks: Any, mailer: Any, people: list[str]) -> None:
    for person in people:
        tasks.add_task(remind, mailer, person)
