"""Wrong: no task can be cancelled."""

import anyio

import minitasks
from minitasks import run_in_threadpool as run_in_threadpool
from tests.scenarios.wrong import adding


class BackgroundTask(minitasks.BackgroundTask):
    async def __call__(self) -> None:
        with anyio.CancelScope(shield=True):
            await super().__call__()


BackgroundTasks = adding(BackgroundTask)
