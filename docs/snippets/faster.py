"""The core again, as fast as pure Python on anyio's public API allows: what readability costs.

The same names, signatures, errors and behaviour. Each comment that begins with a number is one
change: what it saves, and what it makes harder to read or to step through. run_in_threadpool is the
core's own: beside the hop into a thread there is nothing to gain. Read the core first.
"""

import functools
from collections.abc import Callable, Mapping, Sequence
from inspect import CO_COROUTINE
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any, ParamSpec

from minitasks.background import not_callable
from minitasks.concurrency import run_in_threadpool

# The right one for this version of Python is chosen there; nobody else is meant to import it.
from minitasks.dispatch import iscoroutinefunction  # type: ignore[attr-defined]

__all__ = ["BackgroundTask", "BackgroundTasks", "run_in_threadpool"]

P = ParamSpec("P")

make_empty = object.__new__
TELL_ALL = frozenset([FunctionType, MethodType, BuiltinFunctionType])
# What functools.wraps writes on a function, and no mark.
HARMLESS = frozenset(["__wrapped__"])


class BackgroundTask:
    """A function and its arguments, kept until the task is awaited.

    As `minitasks.BackgroundTask`, and made in a fraction of the time.

    Examples:
        >>> import anyio
        >>> task = BackgroundTask(print, "sent to", "ada@example.org", sep=": ")
        >>> anyio.run(task)
        sent to: ada@example.org
    """

    func: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    is_async: bool

    def __init__(
        self, func: Callable[P, Any], *args: P.args, **kwargs: P.kwargs
    ) -> None:
        self.func = func
        self.args = args
        self.kwargs = kwargs

        # 1. Most tasks are plain functions, and a function's code says whether it is a
        # coroutine function. For a sync one that is the last word only if nothing was
        # written on it: the marks of is_async_callable are attributes, whatever their
        # name. Written out here, for a call costs as much as the check. Harder to read:
        # what dispatch.py tells in one name.
        if type(func) is FunctionType and func.__code__.co_flags & CO_COROUTINE:
            self.is_async = True
        elif type(func) is FunctionType and not func.__dict__:
            self.is_async = False
        else:
            self.is_async = is_async_callable(func)
            if not self.is_async and not callable(func):
                raise not_callable(func)

    async def __call__(self) -> None:
        # 2. `**kwargs` copies the dictionary, even an empty one. Harder to step through:
        # the same call stands here twice, and twice again in BackgroundTasks. A sync
        # task's call does not: the hop costs a hundred times what that would save.
        if not self.is_async:
            await run_in_threadpool(self.func, *self.args, **self.kwargs)
        elif self.kwargs:
            await self.func(*self.args, **self.kwargs)
        else:
            await self.func(*self.args)


class BackgroundTasks(BackgroundTask):
    """Tasks that run one after another, in the order added.

    As `minitasks.BackgroundTasks`, and filled and run in a fraction of the time.

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

    def add_task(
        self, func: Callable[P, Any], *args: P.args, **kwargs: P.kwargs
    ) -> None:
        """Keep one more call, behind those already added; see `minitasks.BackgroundTasks`."""
        # 3. `BackgroundTask(func, *args, **kwargs)` would pack the arguments a second
        # time. So this is __init__ again, line by line. Harder to change: two places must
        # stay alike, and an __init__ that someone replaces is not called.
        task = make_empty(BackgroundTask)
        task.func = func
        task.args = args
        task.kwargs = kwargs
        if type(func) is FunctionType and func.__code__.co_flags & CO_COROUTINE:
            task.is_async = True
        elif type(func) is FunctionType and not func.__dict__:
            task.is_async = False
        else:
            task.is_async = is_async_callable(func)
            if not task.is_async and not callable(func):
                raise not_callable(func)
        self.tasks.append(task)

    async def __call__(self) -> None:
        for task in self.tasks:
            # 4. A plain task's own __call__ would be one more coroutine, made and resumed
            # for nothing. Harder to step through: the task that runs has no frame of its
            # own, in the debugger and in the traceback, and a __call__ that someone
            # replaces is not called.
            if type(task) is not BackgroundTask:
                await task()
            elif not task.is_async:
                await run_in_threadpool(task.func, *task.args, **task.kwargs)
            elif task.kwargs:
                await task.func(*task.args, **task.kwargs)
            else:
                await task.func(*task.args)


def is_async_callable(obj: Any) -> bool:
    """Tell whether calling `obj` gives a coroutine to await, as `minitasks.dispatch` does."""
    target = obj
    while isinstance(target, functools.partial):
        target = target.func

    # 5. Methods and builtins have told all they know, as functions have. Harder to read: one has
    # to know that neither can have a `__call__` of its own, and that none can be subclassed.
    if type(target) in TELL_ALL:
        return is_coroutine_function(target)
    if iscoroutinefunction(target):
        return True

    return callable(target) and is_coroutine_function(type(target).__call__)


def is_coroutine_function(function: Any) -> bool:
    """Ask the code of a function or method; where that can't tell, the library."""
    bare = function.__func__ if type(function) is MethodType else function
    if type(bare) is FunctionType:
        if bare.__code__.co_flags & CO_COROUTINE:
            return True
        if bare.__dict__.keys() <= HARMLESS:
            return False
    elif type(bare) is BuiltinFunctionType:
        return False

    told: bool = iscoroutinefunction(function)
    return told
