"""Exercise 10, solved: run every task, and report all failures at the end."""

import minitasks
from minitasks import BackgroundTask, run_in_threadpool

__all__ = ["BackgroundTask", "BackgroundTasks", "run_in_threadpool"]


class BackgroundTasks(minitasks.BackgroundTasks):
    """Tasks that run in order, every one; their failures are raised at the end, as a group."""

    async def __call__(self) -> None:
        # Not an attribute: a second run must not report the first one's failures again.
        failures = []
        for task in self.tasks:
            try:
                await task()
            # Exception, not BaseException: a cancellation, Ctrl-C and SystemExit are no task's
            # failures but somebody's wish that this run should end. They pass, and end it.
            except Exception as failure:
                failures.append(failure)

        # A group even for one failure, so that callers have one thing to catch. It can't be empty.
        if failures:
            raise ExceptionGroup("background tasks failed", failures)
