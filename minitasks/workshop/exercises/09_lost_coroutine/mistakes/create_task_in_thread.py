# feedback: no running event loop
"""create_task is called in the worker thread, where no event loop runs."""

import asyncio
from typing import Any


def remind(mailer: Any, person: str) -> None:
    asyncio.create_task(mailer.send(person, f"{person}, your book is due"))  # noqa: RUF006


def remind_all(tasks: Any, mailer: Any, people: list[str]) -> None:
    for person in people:
        tasks.add_task(remind, mailer, person)
