"""A sync wrapper round an async function: called, never awaited."""

import functools
import time
import warnings
from typing import Any

import anyio

from minitasks import BackgroundTask

sent: list[str] = []


async def send(to: str) -> None:
    sent.append(to)


said: list[str] = []


def note(message: Warning | str, category: type[Warning], *where: Any) -> None:
    said.append(f"{category.__name__}: {message}")


async def main() -> None:
    await BackgroundTask(lambda: send("ada"))()
    print(f"lambda: sent to {sent}")

    await BackgroundTask(functools.partial(send, "ada"))()
    print(f"partial: sent to {sent}")

    await BackgroundTask(send, "grace")()
    print(f"the function itself: sent to {sent}")


if __name__ == "__main__":
    warnings.showwarning = note
    anyio.run(main)
    # Python warns when the coroutine is collected: here when its worker thread has ended.
    while not said:
        time.sleep(0.01)
    print("Python said:", *said)
