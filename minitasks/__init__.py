"""minitasks: Starlette's background tasks, rebuilt small enough to read in one sitting.

Read background.py first, then dispatch.py, then concurrency.py.
"""

from minitasks.background import BackgroundTask, BackgroundTasks
from minitasks.concurrency import run_in_threadpool

__all__ = ["BackgroundTask", "BackgroundTasks", "run_in_threadpool"]
