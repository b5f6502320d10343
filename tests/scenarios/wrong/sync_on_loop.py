"""Wrong: a sync function is called on the event loop."""

import inspect

import minitasks
from minitasks import run_in_threadpool as run_in_threadpool
from tests.scenarios.wrong import adding


class BackgroundTask(minitasks.BackgroundTask):
    async def __call__(self) -> None:
        result = self.func(*self.args, **self.kwargs)
        if inspect.isawaitable(result):
            await result


BackgroundTasks = adding(BackgroundTask)
