# feedback: cannot reuse already awaited coroutine. Make a new coroutine for each call
"""The coroutine is made at once and kept: it can be awaited only one time."""

from typing import Any


class BackgroundTask:
    def __init__(self, func: Any, *args: Any, **kwargs: Any) -> None:
        self.func = func
        self.args = args
        self.kwargs = kwargs
        self.coroutine = func(*args, **kwargs)

    async def __call__(self) -> None:
        await self.coroutine
