# feedback: a coroutine was made in a thread, and nobody awaited it
"""remind is async now, but what is added is a lambda, and that is not."""

from typing import Any


async def remind(mailer: Any, person: str) -> None:
    await mailer.send(person, f"{person}, your book is due")


def remind_all(tasks: Any, mailer: Any, people: list[str]) -> None:
    for person in people:
        tasks.add_task(lambda person=person: remind(mailer, person))
