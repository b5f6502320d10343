# feedback: the function raised an exception, and your task swallowed it
"""The exception is printed and forgotten: the caller believes that all went well."""

from typing import Any


class BackgroundTask:
    def __init__(self, func: Any, *args: Any, **kwargs: Any) -> None:
        self.func = func
        self.args = args
        self.kwargs = kwargs

    async def __call__(self) -> None:
        try:
            await self.func(*self.args, **self.kwargs)
        except Exception as problem:
            print("background task failed:", problem)
