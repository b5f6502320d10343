"""Wrong: an async function gets an event loop of its own, in a worker thread."""

import functools

import anyio
import anyio.to_thread

import minitasks
from minitasks import run_in_threadpool as run_in_threadpool
from tests.scenarios.wrong import adding


class BackgroundTask(minitasks.BackgroundTask):
    async def __call__(self) -> None:
        if self.is_async:
            call = functools.partial(self.func, *self.args, **self.kwargs)
            await anyio.to_thread.run_sync(anyio.run, call)
        else:
            await super().__call__()


BackgroundTasks = adding(BackgroundTask)
