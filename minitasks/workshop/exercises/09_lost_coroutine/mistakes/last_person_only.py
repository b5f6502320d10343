# feedback: Everybody gets one mail of their own
"""The inner function looks for person when it runs: by then it is the last one, for all."""

from typing import Any


async def remind(mailer: Any, person: str) -> None:
    await mailer.send(person, f"{person}, your book is due")


def remind_all(tasks: Any, mailer: Any, people: list[str]) -> None:
    for person in people:

        async def task() -> None:
            await remind(mailer, person)  # noqa: B023

        tasks.add_task(task)
