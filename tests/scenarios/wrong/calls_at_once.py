"""Wrong: adding a sync task calls it."""

from collections.abc import Callable
from typing import Any

import minitasks
from minitasks import BackgroundTask as BackgroundTask
from minitasks import run_in_threadpool as run_in_threadpool


class BackgroundTasks(minitasks.BackgroundTasks):
    def add_task(self, func: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        task = BackgroundTask(func, *args, **kwargs)
        if task.is_async:
            self.tasks.append(task)
        else:
            func(*args, **kwargs)
