"""Wrong: what a sync function returns is awaited."""

import inspect

import minitasks
from minitasks import run_in_threadpool as run_in_threadpool
from tests.scenarios.wrong import adding


class BackgroundTask(minitasks.BackgroundTask):
    async def __call__(self) -> None:
        if self.is_async:
            return await super().__call__()
        result = await run_in_threadpool(self.func, *self.args, **self.kwargs)
        if inspect.isawaitable(result):
            await result


BackgroundTasks = adding(BackgroundTask)
