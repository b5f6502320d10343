# feedback: your task never ran the function: its coroutine is lost
"""The call makes a coroutine, and nobody awaits it."""

from typing import Any


class BackgroundTask:
    def __init__(self, func: Any, *args: Any, **kwargs: Any) -> None:
        self.func = func
        self.args = args
        self.kwargs = kwargs

    async def __call__(self) -> None:
        self.func(*self.args, **self.kwargs)
