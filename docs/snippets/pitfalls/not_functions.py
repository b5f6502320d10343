"""Generators and classes can be called, so they can be passed. Do their bodies run?"""

from collections.abc import AsyncIterator, Iterator

import anyio

from minitasks import BackgroundTask

ran: list[str] = []


def generator() -> Iterator[None]:
    ran.append("the generator's body")
    yield


async def async_generator() -> AsyncIterator[None]:
    ran.append("the async generator's body")
    yield


class Report:
    def __init__(self) -> None:
        ran.append("the class's __init__")

    async def __call__(self) -> None:
        ran.append("the object's __call__")


async def exhaust() -> None:
    async for _ in async_generator():
        pass


async def main() -> None:
    for func in (generator, async_generator, Report):
        ran.clear()
        await BackgroundTask(func)()
        print(f"{func.__name__}: {ran or 'nothing'}")

    for func in (exhaust, Report()):
        ran.clear()
        await BackgroundTask(func)()
        print(f"better: {ran}")


if __name__ == "__main__":
    anyio.run(main)
