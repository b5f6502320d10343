"""A sync wrapper round an async function: called, never awaited."""

import functools
import warnings
from typing import Any

import anyio

from minitasks import BackgroundTask

sent: list[str] = []


async def send(to: str) -> None:
    sent.append(to)


def show(message: Warning | str, category: type[Warning], *where: Any) -> None:
    print(f"{category.__name__}: {message}")


async def main() -> None:
    warnings.showwarning = show

    await BackgroundTask(lambda: send("ada"))()
    print(f"lambda: sent to {sent}")

    await BackgroundTask(functools.partial(send, "ada"))()
    print(f"partial: sent to {sent}")

    await BackgroundTask(send, "grace")()
    print(f"the function itself: sent to {sent}")


if __name__ == "__main__":
    anyio.run(main)
