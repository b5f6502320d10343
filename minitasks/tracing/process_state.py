"""Process state: what recording and stepping take over in their process, and how it is given back.

Most are context managers: the trace function, the hooks, pdb's breakpoints, the terminal.
"""

import asyncio
import bdb
import builtins
import contextlib
import logging
import os
import pdb
import queue
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import CodeType
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
    here, elsewhere = sys.gettrace(), threading.gettrace()
    settrace_on_threads(trace)
    sys.settrace(trace)
    try:
        yield
    finally:
        sys.settrace(here)
        settrace_on_threads(elsewhere)
        sys.settrace(here)


def settrace_on_threads(trace: Any) -> None:
    """Trace the threads to come, and from Python 3.12 on also those that are there."""
    if sys.version_info >= (3, 12):
        threading.settrace_all_threads(trace)
    else:
        threading.settrace(trace)


@contextmanager
def hooks(
    on_breakpoint: Callable[..., Any],
    on_async_breakpoint: Callable[..., Any],
    is_way_out: Callable[[], bool],
) -> Iterator[None]:
    """Answer breakpoint() and pdb's own functions, and keep exceptions of threads quiet.

    Those for which `is_way_out` is true.
    """
    previous = sys.breakpointhook, threading.excepthook, pdb.set_trace
    previous_async = vars(pdb).get("set_trace_async")  # came with Python 3.14

    def excepthook(args: threading.ExceptHookArgs) -> None:
        if not is_way_out():
            previous[1](args)

    sys.breakpointhook, threading.excepthook = on_breakpoint, excepthook
    pdb.set_trace = on_breakpoint
    if previous_async:
        vars(pdb).update(set_trace_async=on_async_breakpoint)
    try:
        yield
    finally:
        sys.breakpointhook, threading.excepthook, pdb.set_trace = previous
        if previous_async:
            vars(pdb).update(set_trace_async=previous_async)


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


@contextmanager
def sigint() -> Iterator[None]:
    """Give SIGINT back to whoever handled it."""
    previous = signal.getsignal(signal.SIGINT)
    try:
        yield
    finally:
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, previous)


def looks_at_sigint(code: CodeType) -> bool:
    """Tell whether in this code asyncio or trio looks who handles SIGINT, before it does."""
    if code.co_name == "run":
        return code is asyncio.Runner.run.__code__
    return code.co_name == "install" and code.co_filename.endswith(TRIO_KI)


@contextmanager
def logging_level() -> Iterator[None]:
    """Give back the level below which nothing is logged."""
    previous = logging.root.manager.disable
    try:
        yield
    finally:
        logging.disable(previous)


@contextmanager
def exit_that_closes_nothing() -> Iterator[None]:
    """Let exit() and quit() leave a prompt: up to Python 3.12 they close stdin as well."""
    previous = builtins.exit, builtins.quit
    builtins.exit = builtins.quit = _leave  # type: ignore[assignment]
    try:
        yield
    finally:
        builtins.exit, builtins.quit = previous


def _leave(code: object = None) -> None:
    raise SystemExit(code)


class Terminal:
    """The settings of the terminal that stdin is, if it is one."""

    def __init__(self) -> None:
        self._settings: list[Any] | None = None

    def __enter__(self) -> None:
        if termios is not None and sys.stdin.isatty():
            self._settings = termios.tcgetattr(sys.stdin)

    def __exit__(self, *error: object) -> None:
        self.restore()

    def restore(self) -> None:
        """Put the settings back: readline may have changed them, and not come round to it."""
        if self._settings is not None:
            # A terminal whose window was closed has nothing left to restore.
            with contextlib.suppress(termios.error):
                termios.tcsetattr(sys.stdin, termios.TCSADRAIN, self._settings)
