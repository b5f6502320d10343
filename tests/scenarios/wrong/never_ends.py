"""Wrong: the run never ends."""

import anyio

import minitasks
from minitasks import BackgroundTask as BackgroundTask
from minitasks import run_in_threadpool as run_in_threadpool


class BackgroundTasks(minitasks.BackgroundTasks):
    async def __call__(self) -> None:
        print("under way", flush=True)
        await anyio.sleep_forever()
