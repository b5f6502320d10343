"""A sync wrapper round an async function loses its coroutine.

Look for:
- `send_later` is sync, so it runs in a worker thread. There it makes a coroutine and returns it.
- Nobody awaits that coroutine, so `send_email` does not run.
- asyncio only warns, when the coroutine is thrown away; trio refuses it with a TypeError.
- A `functools.partial` of the async function is seen through: `send_email` runs on the event loop.
"""

import contextlib
import functools
from collections.abc import Coroutine
from typing import Any

import anyio

from minitasks.scenarios.library import Library


async def send_email(to: str) -> None:
    await anyio.sleep(0.03)


def send_later(to: str) -> Coroutine[Any, Any, None]:
    return send_email(to)


async def main(library: Library) -> None:
    # trio raises, asyncio does not: the recording keeps either.
    with contextlib.suppress(TypeError):
        await library.BackgroundTask(send_later, "ada@example.org")()
    await library.BackgroundTask(functools.partial(send_email, "grace@example.org"))()
