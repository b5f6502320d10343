"""Context variables travel into a task, and only sometimes back."""

from contextvars import ContextVar

import anyio

from minitasks import BackgroundTask, BackgroundTasks

user: ContextVar[str] = ContextVar("user", default="nobody")


def sync_task(name: str) -> None:
    print(f"  sync task sees {user.get()}, sets {name}")
    user.set(name)


async def async_task(name: str) -> None:
    print(f"  async task sees {user.get()}, sets {name}")
    user.set(name)


async def main() -> None:
    user.set("ada")
    tasks = BackgroundTasks([BackgroundTask(sync_task, "grace"), BackgroundTask(async_task, "edsger")])
    tasks.add_task(sync_task, "barbara")
    print(f"before the tasks: {user.get()}")
    await tasks()
    print(f"after the tasks: {user.get()}")


if __name__ == "__main__":
    anyio.run(main)
