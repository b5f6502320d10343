"""Wrong: a partial of an async function is taken for sync."""

import functools

import minitasks
from minitasks import run_in_threadpool as run_in_threadpool
from tests.scenarios.wrong import adding


class BackgroundTask(minitasks.BackgroundTask):
    async def __call__(self) -> None:
        if isinstance(self.func, functools.partial):
            await run_in_threadpool(self.func, *self.args, **self.kwargs)
        else:
            await super().__call__()


BackgroundTasks = adding(BackgroundTask)
