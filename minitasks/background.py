"""Background tasks: keep a call now, make it later. Beside starlette/background.py.

`BackgroundTask` keeps one call. `BackgroundTasks` keeps several, and is itself a task.
"""

from collections.abc import Callable, Coroutine, Sequence
from typing import Any, ParamSpec

from minitasks.concurrency import run_in_threadpool
from minitasks.dispatch import is_async_callable

P = ParamSpec("P")


class BackgroundTask:
    """A function and its arguments, kept until the task is awaited.

    Rebuilds `BackgroundTask` of starlette/background.py.

    Args:
        func: The function to call later: an async one on the event loop, a sync one in a worker
            thread.
        *args: Its positional arguments.
        **kwargs: Its keyword arguments. `self` and `func` can't be among them: this signature
            takes both names.

    Raises:
        TypeError: `func` can't be called, most often because its result was passed instead:
            `f()` for `f`.

    Awaiting the task calls the function, waits until it is done and drops its result. Whatever the
    function raises reaches the caller. A task can be awaited again, and calls the function again.

    Examples:
        >>> import anyio
        >>> task = BackgroundTask(print, "sent to", "ada@example.org", sep=": ")
        >>> anyio.run(task)
        sent to: ada@example.org
    """

    def __init__(self, func: Callable[P, Any], *args: P.args, **kwargs: P.kwargs) -> None:
        self.func = func
        self.args = args
        self.kwargs = kwargs
        # Decided here and once, so that a task which is awaited again need not ask again.
        if is_async_callable(func):
            self.is_async = True
        elif callable(func):
            self.is_async = False
        else:
            # Starlette has no such check. There a wrong `func` fails after the response,
            # in another thread, far from the line that passed it.
            raise not_callable(func)

    async def __call__(self) -> None:
        if self.is_async:
            await self.func(*self.args, **self.kwargs)
        else:
            await run_in_threadpool(self.func, *self.args, **self.kwargs)


class BackgroundTasks(BackgroundTask):
    """Tasks that run one after another, in the order added.

    Rebuilds `BackgroundTasks` of starlette/background.py.

    Args:
        tasks: The tasks to start with. The list is copied.

    Awaiting it awaits each task in turn. The first exception ends the run and reaches the caller:
    the tasks behind it are not called. A task may add another to the list that is running; that one
    runs in the same run.

    Examples:
        >>> import anyio
        >>> tasks = BackgroundTasks()
        >>> tasks.add_task(print, "first")
        >>> tasks.add_task(print, "second")
        >>> anyio.run(tasks)
        first
        second
    """

    def __init__(self, tasks: Sequence[BackgroundTask] | None = None) -> None:
        self.tasks: list[BackgroundTask] = []
        if tasks:
            self.tasks.extend(tasks)

    def add_task(self, func: Callable[P, Any], *args: P.args, **kwargs: P.kwargs) -> None:
        """Keep one more call, behind those already added.

        Args:
            func: The function to call later, sync or async.
            *args: Its positional arguments.
            **kwargs: Its keyword arguments, but for `self` and `func`.

        Raises:
            TypeError: `func` can't be called; see `BackgroundTask`.
        """
        task = BackgroundTask(func, *args, **kwargs)
        self.tasks.append(task)

    async def __call__(self) -> None:
        # Not a copy of the list: a task may add to it while it runs.
        for task in self.tasks:
            await task()


def not_callable(obj: object) -> TypeError:
    """Build the error for something that was passed as a function and can't be called."""
    if isinstance(obj, Coroutine):
        # A closed coroutine gives no "was never awaited" warning on top of the error.
        obj.close()
    return TypeError(f"a background task needs a function, not {obj!r:.80}: pass f, not f()")
