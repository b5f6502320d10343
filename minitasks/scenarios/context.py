"""Context variables travel into the thread, and not back.

Look for:
- `write_audit_log` runs in a worker thread and sees the user that the caller has set.
- What it sets itself is gone when it returns: the thread had a copy of the caller's context.
- `switch_user` is async and awaited in the caller's own context: what it sets stays.
"""

from contextvars import ContextVar

from minitasks.scenarios.library import Library
from minitasks.scenarios.marks import mark

current_user: ContextVar[str] = ContextVar("current_user", default="nobody")


def write_audit_log() -> None:
    mark(f"the thread sees {current_user.get()}")
    current_user.set("auditor")
    mark(f"the thread sees {current_user.get()}")


async def switch_user() -> None:
    current_user.set("grace")


async def main(library: Library) -> None:
    current_user.set("ada")
    await library.BackgroundTask(write_audit_log)()
    mark(f"the caller sees {current_user.get()}")

    await library.BackgroundTask(switch_user)()
    mark(f"the caller sees {current_user.get()}")
