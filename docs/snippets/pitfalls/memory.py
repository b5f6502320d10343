"""How long does a task's argument live?"""

import gc
import weakref

import anyio

from minitasks import BackgroundTasks


class Upload:
    """A big file in memory."""


uploads: list[weakref.ref[Upload]] = []


def alive() -> str:
    gc.collect()
    return "alive" if uploads[0]() else "gone"


def resize(upload: Upload) -> None:
    print(f"while its own task runs: {alive()}")


def send_email() -> None:
    print(f"while the next task runs: {alive()}")


def accept(upload: Upload) -> BackgroundTasks:
    uploads.append(weakref.ref(upload))
    tasks = BackgroundTasks()
    tasks.add_task(resize, upload)
    tasks.add_task(send_email)
    return tasks


async def main() -> None:
    tasks = accept(Upload())
    print(f"while it waits: {alive()}")
    await tasks()
    print(f"after the last task: {alive()}")
    del tasks
    print(f"after the list is gone: {alive()}")


if __name__ == "__main__":
    anyio.run(main)
