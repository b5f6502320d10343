"""Wrong: implementations that someone might write, each as one replacement in one file.

They are the mistakes that the laws are there for, and the places that mutmut leaves alone: default
values, class bodies, whole loops.
"""

LOOP = "        for task in self.tasks:\n            await task()\n"
HOP = "    result = await anyio.to_thread.run_sync(bound_call, *args)\n"

# For each file: the idea, what should stand there, what stands there instead.
WRONG = {
    "minitasks/background.py": [
        ("the list passed in is not copied", "self.tasks.extend(tasks)", "self.tasks = tasks"),
        ("a copy of the list is run", "for task in self.tasks:", "for task in list(self.tasks):"),
        (
            "tasks are used up",
            LOOP,
            "        while self.tasks:\n            await self.tasks.pop(0)()\n",
        ),
        (
            "tasks run at once, not one after another",
            LOOP,
            """\
        import anyio
        async with anyio.create_task_group() as group:
            for task in self.tasks:
                group.start_soon(task)
""",
        ),
        (
            "a failure does not stop the rest",
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
        (
            "a failure is swallowed",
            LOOP,
            """\
        for task in self.tasks:
            try:
                await task()
            except Exception:
                return
""",
        ),
        ("sync tasks run on the event loop", "await run_in_threadpool(self.func,", "self.func("),
        (
            "a list of tasks is no task",
            "class BackgroundTasks(BackgroundTask):",
            "class BackgroundTasks:",
        ),
    ],
    "minitasks/concurrency.py": [
        (
            "the keywords go to anyio",
            HOP,
            "    result = await anyio.to_thread.run_sync(func, *args, **kwargs)\n",
        ),
        (
            "the thread is abandoned on cancel",
            "(bound_call, *args)",
            "(bound_call, *args, abandon_on_cancel=True)",
        ),
        (
            "nobody limits the threads",
            "(bound_call, *args)",
            "(bound_call, *args, limiter=anyio.CapacityLimiter(100))",
        ),
        (
            "asyncio's threads are used",
            HOP,
            "    import asyncio\n    result = await asyncio.to_thread(bound_call, *args)\n",
        ),
        (
            "context variables stay behind",
            HOP,
            "    import contextvars\n    here = contextvars.Context().run\n"
            "    result = await anyio.to_thread.run_sync(here, bound_call, *args)\n",
        ),
        (
            "context variables travel back",
            HOP,
            "    import contextvars\n    here = contextvars.copy_context()\n"
            "    result = await anyio.to_thread.run_sync(here.run, bound_call, *args)\n"
            "    [variable.set(here[variable]) for variable in here]\n",
        ),
    ],
    "minitasks/dispatch.py": [
        ("partials are not unwrapped deeply", "while isinstance", "if isinstance"),
        (
            "a class with an async call is async",
            "iscoroutinefunction(type(target).__call__)",
            "iscoroutinefunction(target.__call__)",
        ),
    ],
    "docs/snippets/faster.py": [
        (
            "marks are forgotten in the fast path",
            "elif type(func) is FunctionType and not func.__dict__:",
            "elif type(func) is FunctionType:",
        ),
        (
            "a method is asked what a function would be",
            "if bare.__dict__.keys() <= HARMLESS:",
            "if True:",
        ),
        (
            "every attribute is harmless",
            'frozenset(["__wrapped__"])',
            'frozenset(["__wrapped__", "_is_coroutine", "_is_coroutine_marker"])',
        ),
        (
            "whoever changes __call__ in a subclass is not asked",
            "if type(task) is not BackgroundTask:",
            "if not isinstance(task, BackgroundTask) or type(task) is BackgroundTasks:",
        ),
    ],
}
