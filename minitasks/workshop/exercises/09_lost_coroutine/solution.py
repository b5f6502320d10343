"""Exercise 9, solved: an async wrapper that awaits what it calls, and is seen to be async."""

from typing import Any


# Async, because it has something to await. As a sync function it would run in a worker thread, and
# hand back a coroutine to somebody who wants no result.
async def remind(mailer: Any, person: str) -> None:
    """Send a reminder: `await mailer.send(to, subject)` sends, and is async."""
    subject = f"{person}, your book is due"
    await mailer.send(person, subject)


def remind_all(tasks: Any, mailer: Any, people: list[str]) -> None:
    """Add one background task for each person."""
    for person in people:
        # The function and its arguments, no lambda: a lambda is never async, and it would look for
        # `person` only when it runs, after the loop, when that is the last one.
        tasks.add_task(remind, mailer, person)
