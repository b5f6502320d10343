# feedback: a coroutine was made in a thread, and nobody awaited it
"""remind is async, but it only calls send, and awaits nothing."""

from typing import Any


async def remind(mailer: Any, person: str) -> None:
    mailer.send(person, f"{person}, your book is due")


def remind_all(tasks: Any, mailer: Any, people: list[str]) -> None:
    for person in people:
        tasks.add_task(remind, mailer, person)
