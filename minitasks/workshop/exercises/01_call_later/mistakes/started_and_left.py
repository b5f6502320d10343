# feedback: your task never ran the function
"""The work is started beside the caller, who then can't know when it is done, or that it failed."""

import asyncio
from typing import Any


class BackgroundTask:
    def __init__(self, func: Any, *args: Any, **kwargs: Any) -> None:
        self.func = func
        self.args = args
        self.kwargs = kwargs

    async def __call__(self) -> None:
        self.running = asyncio.create_task(self.func(*self.args, **self.kwargs))
