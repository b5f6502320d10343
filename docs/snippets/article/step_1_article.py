"""Step 1: the code as the article shows it, from a Starlette that already stands on anyio."""

import asyncio
import functools
import typing

import anyio.to_thread


class BackgroundTask:
    """A function and its arguments, kept until the task is awaited."""

    def __init__(
        self,
        func: typing.Callable[..., typing.Any],
        *args: typing.Any,
        **kwargs: typing.Any,
    ) -> None:
        self.func = func
        self.args = args
        self.kwargs = kwargs
        self.is_async = asyncio.iscoroutinefunction(func)

    async def __call__(self) -> None:
        if self.is_async:
            await self.func(*self.args, **self.kwargs)
        else:
            await run_in_threadpool(self.func, *self.args, **self.kwargs)


class BackgroundTasks(BackgroundTask):
    """Tasks that run one after another."""

    def __init__(self, tasks: typing.Sequence[BackgroundTask] = ()) -> None:
        self.tasks = list(tasks)

    def add_task(
        self,
        func: typing.Callable[..., typing.Any],
        *args: typing.Any,
        **kwargs: typing.Any,
    ) -> None:
        """Keep one more call."""
        task = BackgroundTask(func, *args, **kwargs)
        self.tasks.append(task)

    async def __call__(self) -> None:
        for task in self.tasks:
            await task()


async def run_in_threadpool(
    func: typing.Callable[..., typing.Any], *args: typing.Any, **kwargs: typing.Any
) -> typing.Any:
    """Call a sync function in a worker thread."""
    if kwargs:
        func = functools.partial(func, **kwargs)
    return await anyio.to_thread.run_sync(func, *args)
