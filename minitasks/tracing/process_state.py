"""Process state: what recording and stepping take over in their process, and how it is given back.

Most are context managers: the trace function, names of modules, pdb's breakpoints.
"""

import asyncio
import bdb
import contextlib
import os
import queue
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import CodeType, ModuleType
from typing import Any

from minitasks.tracing.threads import trio_lowlevel

try:
    import termios
except ImportError:  # Windows, whose console has no such settings.
    termios = None  # type: ignore[assignment]

TRIO_KI = os.path.join("trio", "_core", "_ki.py")


def protect_from_ctrl_c(*functions: Callable[..., Any]) -> None:
    """Let a Ctrl-C that comes while one of these functions runs wait until it is over.

    trio raises KeyboardInterrupt where the signal lands if it sees a frame of the user's on the
    stack. Under a trace function there always is one: a coroutine would be torn in the middle of a
    step. asyncio does not raise there.
    """
    trio = trio_lowlevel()
    if trio is not None:
        for function in functions:
            trio.enable_ki_protection(function)


@contextmanager
def tracing(trace: Callable[..., Any]) -> Iterator[None]:
    """Trace every thread while the block runs, then let coverage or whoever it was go on."""
    # Up to Python 3.11 only the threads to come.
    trace_threads = getattr(threading, "settrace_all_threads", threading.settrace)
    here, elsewhere = sys.gettrace(), threading.gettrace()
    trace_threads(trace)
    sys.settrace(trace)
    try:
        yield
    finally:
        trace_threads(elsewhere)
        sys.settrace(here)


@contextmanager
def replaced(module: ModuleType, **values: Any) -> Iterator[None]:
    """Give names of a module other values while the block runs."""
    before = {name: vars(module)[name] for name in values}
    vars(module).update(values)
    try:
        yield
    finally:
        vars(module).update(before)


def end_workers() -> None:
    """End anyio's idle worker threads, which else end with their event loop's main task.

    Whoever leaves a program by an interrupt may come between, and Python waits for every thread.
    """
    for thread in threading.enumerate():
        if type(thread).__module__ == "anyio._backends._asyncio":
            # Whose queue is full has been told already, and has a call to make first.
            with contextlib.suppress(queue.Full):
                thread.stop()  # type: ignore[attr-defined]  # its class is private


@contextmanager
def breakpoints() -> Iterator[None]:
    """Delete the breakpoints set while the block runs: bdb shares them through the process."""
    before = set(bdb.Breakpoint.bpbynumber)
    try:
        yield
    finally:
        for breakpoint in bdb.Breakpoint.bpbynumber:
            if breakpoint not in before and breakpoint is not None:
                breakpoint.deleteMe()


def looks_at_sigint(code: CodeType) -> bool:
    """Tell whether in this code asyncio or trio looks who handles SIGINT, before it does."""
    if code.co_name == "run":
        return code is asyncio.Runner.run.__code__
    return code.co_name == "install" and code.co_filename.endswith(TRIO_KI)


def terminal_restorer() -> Callable[[], None]:
    """Give what puts the settings back that the terminal behind stdin has now, if it is one."""
    if termios is None or not sys.stdin.isatty():
        return lambda: None
    settings = termios.tcgetattr(sys.stdin)

    def restore() -> None:
        # readline may have changed them, and not come round to it. A terminal whose window was
        # closed has nothing left to restore.
        with contextlib.suppress(termios.error):
            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, settings)

    return restore
