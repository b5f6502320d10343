"""Exercise 1, solved: a call that is made later."""

from collections.abc import Awaitable, Callable
from typing import Any, ParamSpec

P = ParamSpec("P")


class BackgroundTask:
    """An async function and its arguments, kept until the task is awaited."""

    def __init__(
        self, func: Callable[P, Awaitable[Any]], *args: P.args, **kwargs: P.kwargs
    ) -> None:
        # The function, not its coroutine: func(...) here would make a coroutine now, and a
        # coroutine can be awaited once only.
        self.func = func
        self.args = args
        self.kwargs = kwargs

    async def __call__(self) -> None:
        # Calling an async function runs none of its body. It makes a coroutine; await runs it to
        # the end.
        await self.func(*self.args, **self.kwargs)
