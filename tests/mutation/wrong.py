"""Wrong: implementations that someone might write, each as one replacement in one file.

They are the mistakes that the laws are there for, and the places that mutmut leaves alone: default
values, class bodies, whole loops.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Wrong:
    """One wrong implementation: `new` stands in `file` where `old` should."""

    idea: str
    file: str
    old: str
    new: str


LOOP = "        for task in self.tasks:\n            await task()\n"
HOP = "    result = await anyio.to_thread.run_sync(bound_call, *args)\n"

WRONG = [
    Wrong(
        "the list passed in is not copied",
        "minitasks/background.py",
        "self.tasks.extend(tasks)",
        "self.tasks = tasks",
    ),
    Wrong(
        "a copy of the list is run",
        "minitasks/background.py",
        "for task in self.tasks:",
        "for task in list(self.tasks):",
    ),
    Wrong(
        "tasks are used up",
        "minitasks/background.py",
        LOOP,
        "        while self.tasks:\n            await self.tasks.pop(0)()\n",
    ),
    Wrong(
        "tasks run at once, not one after another",
        "minitasks/background.py",
        LOOP,
        """\
        import anyio
        async with anyio.create_task_group() as group:
            for task in self.tasks:
                group.start_soon(task)
""",
    ),
    Wrong(
        "a failure does not stop the rest",
        "minitasks/background.py",
        LOOP,
        """\
        failures = []
        for task in self.tasks:
            try:
                await task()
            except Exception as failure:
                failures.append(failure)
        if failures:
            raise failures[0]
""",
    ),
    Wrong(
        "a failure is swallowed",
        "minitasks/background.py",
        LOOP,
        """\
        for task in self.tasks:
            try:
                await task()
            except Exception:
                return
""",
    ),
    Wrong(
        "sync tasks run on the event loop",
        "minitasks/background.py",
        "await run_in_threadpool(self.func,",
        "self.func(",
    ),
    Wrong(
        "a list of tasks is no task",
        "minitasks/background.py",
        "class BackgroundTasks(BackgroundTask):",
        "class BackgroundTasks:",
    ),
    Wrong(
        "the keywords go to anyio",
        "minitasks/concurrency.py",
        HOP,
        "    result = await anyio.to_thread.run_sync(func, *args, **kwargs)\n",
    ),
    Wrong(
        "the thread is abandoned on cancel",
        "minitasks/concurrency.py",
        "(bound_call, *args)",
        "(bound_call, *args, abandon_on_cancel=True)",
    ),
    Wrong(
        "nobody limits the threads",
        "minitasks/concurrency.py",
        "(bound_call, *args)",
        "(bound_call, *args, limiter=anyio.CapacityLimiter(100))",
    ),
    Wrong(
        "asyncio's threads are used",
        "minitasks/concurrency.py",
        HOP,
        "    import asyncio\n    result = await asyncio.to_thread(bound_call, *args)\n",
    ),
    Wrong(
        "context variables stay behind",
        "minitasks/concurrency.py",
        HOP,
        "    import contextvars\n    here = contextvars.Context().run\n"
        "    result = await anyio.to_thread.run_sync(here, bound_call, *args)\n",
    ),
    Wrong(
        "context variables travel back",
        "minitasks/concurrency.py",
        HOP,
        "    import contextvars\n    here = contextvars.copy_context()\n"
        "    result = await anyio.to_thread.run_sync(here.run, bound_call, *args)\n"
        "    [variable.set(here[variable]) for variable in here]\n",
    ),
    Wrong(
        "partials are not unwrapped deeply",
        "minitasks/dispatch.py",
        "while isinstance",
        "if isinstance",
    ),
    Wrong(
        "a class with an async call is async",
        "minitasks/dispatch.py",
        "iscoroutinefunction(type(target).__call__)",
        "iscoroutinefunction(target.__call__)",
    ),
    Wrong(
        "marks are forgotten in the fast path",
        "docs/snippets/faster.py",
        "elif type(func) is FunctionType and not func.__dict__:",
        "elif type(func) is FunctionType:",
    ),
    Wrong(
        "a method is asked what a function would be",
        "docs/snippets/faster.py",
        "if bare.__dict__.keys() <= HARMLESS:",
        "if True:",
    ),
    Wrong(
        "every attribute is harmless",
        "docs/snippets/faster.py",
        'frozenset(["__wrapped__"])',
        'frozenset(["__wrapped__", "_is_coroutine", "_is_coroutine_marker"])',
    ),
    Wrong(
        "whoever changes __call__ in a subclass is not asked",
        "docs/snippets/faster.py",
        "if type(task) is not BackgroundTask:",
        "if not isinstance(task, BackgroundTask) or type(task) is BackgroundTasks:",
    ),
]
