"""Wrong: a task is called, but there is nothing to await."""

import functools
from collections.abc import Callable
from typing import Any

from minitasks import run_in_threadpool as run_in_threadpool


class BackgroundTask:
    def __init__(self, func: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        self.call: Callable[[], Any] = functools.partial(func, *args, **kwargs)

    def __call__(self) -> None:
        self.call()
