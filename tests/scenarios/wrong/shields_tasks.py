"""Wrong: no task can be cancelled."""

from collections.abc import Callable
from typing import Any

import anyio

import minitasks
from minitasks import run_in_threadpool as run_in_threadpool


class BackgroundTask(minitasks.BackgroundTask):
    async def __call__(self) -> None:
        with anyio.CancelScope(shield=True):
            await super().__call__()


class BackgroundTasks(minitasks.BackgroundTasks):
    def add_task(self, func: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        self.tasks.append(BackgroundTask(func, *args, **kwargs))
