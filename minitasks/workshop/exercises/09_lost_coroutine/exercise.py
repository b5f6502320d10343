"""Exercise 9: repair a sync wrapper whose coroutine nobody awaits."""

from typing import Any


def remind(mailer: Any, person: str) -> Any:
    """Send a reminder: `await mailer.send(to, subject)` sends, and is async."""
    subject = f"{person}, your book is due"
    return mailer.send(person, subject)


def remind_all(tasks: Any, mailer: Any, people: list[str]) -> None:
    """Add one background task for each person. `tasks` is a minitasks.BackgroundTasks."""
    for person in people:
        tasks.add_task(lambda: remind(mailer, person))
