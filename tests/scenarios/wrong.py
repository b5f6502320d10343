"""Wrong libraries: each differs from minitasks in one function, so that some sentence fails on it.

Each function takes the place of one: of run_in_threadpool, of a task's `__call__`, or of a list's.
"""

import asyncio
import contextlib
import contextvars
import functools
import inspect
import threading
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread

import minitasks
from minitasks.scenarios.library import Library, load_library
from minitasks.scenarios.signals import TIMEOUT

OURS = load_library("minitasks")
WRONG: dict[str, Library] = {}
Call = Callable[[Any], Coroutine[Any, Any, None]]

# However busy the machine is: without tokens, the four images of pool-of-tokens begin at once.
images = threading.Barrier(4)


def keep(name: str, **different: Any) -> None:
    WRONG[name] = replace(OURS, name=name, files=(*OURS.files, Path(__file__)), **different)


def offloads(run_in_threadpool: Callable[..., Awaitable[Any]]) -> None:
    async def call(task: Any) -> None:
        if task.is_async:
            await minitasks.BackgroundTask.__call__(task)
        else:
            await run_in_threadpool(task.func, *task.args, **task.kwargs)

    keep(run_in_threadpool.__name__, run_in_threadpool=run_in_threadpool, **tasks_called_by(call))


def calls_a_task(call: Call) -> None:
    keep(call.__name__, **tasks_called_by(call))


def calls_a_list(call: Call) -> None:
    tasks = type("BackgroundTasks", (minitasks.BackgroundTasks,), {"__call__": call})
    keep(call.__name__, BackgroundTasks=tasks)


def tasks_called_by(call: Call) -> dict[str, type]:
    """Make the tasks that are called so, and the list that adds such a task."""

    class BackgroundTask(minitasks.BackgroundTask):
        __call__ = call

    class BackgroundTasks(minitasks.BackgroundTasks):
        def add_task(self, func: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
            self.tasks.append(BackgroundTask(func, *args, **kwargs))

    return {"BackgroundTask": BackgroundTask, "BackgroundTasks": BackgroundTasks}


@offloads
async def abandons_threads(func: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    call = functools.partial(func, *args, **kwargs)
    return await anyio.to_thread.run_sync(call, abandon_on_cancel=True)


@offloads
async def calls_here(func: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    return func(*args, **kwargs)


@offloads
async def drops_keywords(func: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    return await anyio.to_thread.run_sync(func, *args)


@offloads
async def leaks_context(func: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    context = contextvars.copy_context()
    call = functools.partial(context.run, func, *args, **kwargs)
    result = await anyio.to_thread.run_sync(call)
    for variable, value in context.items():
        variable.set(value)
    return result


lock = anyio.Lock()


@offloads
async def one_token(func: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    limiter = anyio.CapacityLimiter(1)
    async with lock:
        call = functools.partial(func, *args, **kwargs)
        return await anyio.to_thread.run_sync(call, limiter=limiter)


@offloads
async def plain_executor(func: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """An executor of its own, so no token, no context and nobody who waits for a thread."""
    loop, executor = asyncio.get_running_loop(), ThreadPoolExecutor(1)

    def call() -> Any:
        if func.__name__ == "resize_image":
            images.wait(TIMEOUT)
        return func(*args, **kwargs)

    try:
        return await loop.run_in_executor(executor, call)
    finally:
        executor.shutdown(wait=False)


@calls_a_task
async def async_in_thread(task: minitasks.BackgroundTask) -> None:
    if task.is_async:
        call = functools.partial(task.func, *task.args, **task.kwargs)
        await anyio.to_thread.run_sync(anyio.run, call)
    else:
        await minitasks.BackgroundTask.__call__(task)


@calls_a_task
async def awaits_results(task: minitasks.BackgroundTask) -> None:
    if task.is_async:
        return await minitasks.BackgroundTask.__call__(task)
    result = await minitasks.run_in_threadpool(task.func, *task.args, **task.kwargs)
    if inspect.isawaitable(result):
        await result


@calls_a_task
async def misses_partials(task: minitasks.BackgroundTask) -> None:
    if isinstance(task.func, functools.partial):
        await minitasks.run_in_threadpool(task.func, *task.args, **task.kwargs)
    else:
        await minitasks.BackgroundTask.__call__(task)


@calls_a_task
async def runs_nothing(task: minitasks.BackgroundTask) -> None:
    pass


@calls_a_task
async def shields_tasks(task: minitasks.BackgroundTask) -> None:
    with anyio.CancelScope(shield=True):
        await minitasks.BackgroundTask.__call__(task)


@calls_a_task
async def sync_on_loop(task: minitasks.BackgroundTask) -> None:
    result = task.func(*task.args, **task.kwargs)
    if inspect.isawaitable(result):
        await result


@calls_a_list
async def all_at_once(tasks: minitasks.BackgroundTasks) -> None:
    async with anyio.create_task_group() as group:
        for task in tasks.tasks:
            group.start_soon(task)


@calls_a_list
async def groups_errors(tasks: minitasks.BackgroundTasks) -> None:
    """Every task runs, and the failures are raised at the end, as a group: not wrong, but other."""
    failures = []
    for task in tasks.tasks:
        try:
            await task()
        except Exception as failure:
            failures.append(failure)
    if failures:
        raise ExceptionGroup("background tasks failed", failures)


@calls_a_list
async def keeps_quiet(tasks: minitasks.BackgroundTasks) -> None:
    with contextlib.suppress(Exception):
        for task in tasks.tasks:
            await task()


@calls_a_list
async def last_first(tasks: minitasks.BackgroundTasks) -> None:
    for task in reversed(tasks.tasks):
        await task()


@calls_a_list
async def swallows_errors(tasks: minitasks.BackgroundTasks) -> None:
    for task in tasks.tasks:
        with contextlib.suppress(Exception):
            await task()


class CallsAtOnce(minitasks.BackgroundTasks):
    def add_task(self, func: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        task = minitasks.BackgroundTask(func, *args, **kwargs)
        if task.is_async:
            self.tasks.append(task)
        else:
            func(*args, **kwargs)


keep("calls_at_once", BackgroundTasks=CallsAtOnce)
