# feedback: unexpected keyword argument 'subject'
"""The arguments are taken as threading.Thread takes them: a tuple and a dict."""

from typing import Any


class BackgroundTask:
    def __init__(self, func: Any, args: Any = (), kwargs: Any = None) -> None:
        self.func = func
        self.args = args
        self.kwargs = kwargs or {}

    async def __call__(self) -> None:
        await self.func(*self.args, **self.kwargs)
