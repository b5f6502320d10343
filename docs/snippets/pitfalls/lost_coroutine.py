"""A sync wrapper round an async function: called, never awaited."""

import functools
import warnings

import anyio

from minitasks import BackgroundTask

sent: list[str] = []


async def send(to: str) -> None:
    sent.append(to)


async def main() -> None:
    # Python's warning comes when the garbage collector meets the coroutine: later, if at all.
    warnings.simplefilter("ignore", RuntimeWarning)

    await BackgroundTask(lambda: send("ada"))()
    print(f"lambda: sent to {sent}")

    await BackgroundTask(functools.partial(send, "ada"))()
    print(f"partial: sent to {sent}")

    await BackgroundTask(send, "grace")()
    print(f"the function itself: sent to {sent}")


if __name__ == "__main__":
    anyio.run(main)
