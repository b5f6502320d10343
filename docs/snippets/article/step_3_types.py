"""Step 3: say in the types that the arguments belong to the function, bound without a branch."""

import functools
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

import anyio.to_thread
import step_2_callables as previous
from step_2_callables import is_async_callable

P = ParamSpec("P")
T = TypeVar("T")


class BackgroundTask(previous.BackgroundTask):
    """As before, with the types of the arguments tied to the function's."""

    def __init__(
        self, func: Callable[P, Any], *args: P.args, **kwargs: P.kwargs
    ) -> None:
        super().__init__(func, *args, **kwargs)


async def run_in_threadpool(
    func: Callable[P, T], *args: P.args, **kwargs: P.kwargs
) -> T:
    """Call a sync function in a worker thread."""
    func = functools.partial(func, *args, **kwargs)
    return await anyio.to_thread.run_sync(func)


__all__ = ["BackgroundTask", "is_async_callable", "run_in_threadpool"]
