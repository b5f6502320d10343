# feedback: your remind_all could not add its task
"""The coroutine is added instead of the function."""

from typing import Any


async def remind(mailer: Any, person: str) -> None:
    await mailer.send(person, f"{person}, your book is due")


def remind_all(tasks: Any, mailer: Any, people: list[str]) -> None:
    for person in people:
        tasks.add_task(remind(mailer, person))
