"""Threads and tasks: in which lane a step is, and for which task it is done.

A lane is a thread, not its ident, which the system gives to the next one when the thread is dead. A
task's number travels in a context variable, which anyio copies into the worker thread.
"""

import asyncio
import os
import sys
import threading
from collections.abc import Callable, Collection
from concurrent.futures.thread import _WorkItem
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from itertools import count
from types import CodeType
from typing import Any, Literal
from weakref import WeakKeyDictionary

import anyio.to_thread

from minitasks.tracing.steps import is_of_pool, starts_as_worker

Kind = Literal["event loop", "worker thread", "client", "thread"]


@dataclass(frozen=True, slots=True)
class Lane:
    """One thread: its index among the lanes, what it is for, and what to call it."""

    number: int
    kind: Kind
    name: str
    ident: int = field(default=0, compare=False)  # the system's, which a later one may get again


@dataclass(slots=True)
class Thread:
    """What is known of a thread so far."""

    number: int  # its place in order of appearance
    ident: int  # the system's, which a later thread may get again
    name: str  # when it was first seen
    is_worker: bool  # a pool of worker threads started it
    runs_loop: bool = False  # an event loop was seen to run in it
    spent: int = 0  # nanoseconds that recording has taken on it


class Threads:
    """The threads of a recording, in order of appearance."""

    def __init__(self) -> None:
        self.seen: list[Thread] = []
        # Called when an event loop is seen to run in a thread.
        self.when_loop_runs: Callable[[], None] = lambda: None
        # Called in a thread that is new, with whether a pool started it.
        self.when_new: Callable[[bool], None] = lambda is_worker: None
        self._local = threading.local()
        self._lock = threading.Lock()

    def here(self) -> Thread:
        """Give the current thread; one that is new gets the next number."""
        try:
            thread: Thread = self._local.thread
        except AttributeError:
            thread = self._local.thread = self._enter()
        if not thread.runs_loop and runs_loop():
            thread.runs_loop = True
            self.when_loop_runs()
        return thread

    def _enter(self) -> Thread:
        name = threading.current_thread().name
        is_worker = starts_as_worker(sys._getframe())
        with self._lock:
            thread = Thread(len(self.seen), threading.get_ident(), name, is_worker)
            self.seen.append(thread)
        self.when_new(is_worker)
        return thread

    def numbers(self, idents: Collection[int]) -> list[int]:
        return [thread.number for thread in self.seen if thread.ident in idents]

    def lanes(self) -> tuple[Lane, ...]:
        """Give the lanes, now that it is known what each thread was for."""
        loops, workers = count(1), count(1)
        return tuple(lane_of(thread, loops, workers) for thread in self.seen)


def lane_of(thread: Thread, loops: "count[int]", workers: "count[int]") -> Lane:
    # A worker stays one while it runs `asyncio.run`. Each event loop gives its own other names.
    if thread.is_worker:
        name = f"worker thread {next(workers)}"
        return Lane(thread.number, "worker thread", name, thread.ident)
    if thread.runs_loop:
        number = next(loops)
        name = "event loop" if number == 1 else f"event loop {number}"
        return Lane(thread.number, "event loop", name, thread.ident)
    kind: Kind = "client" if thread.name.startswith("client") else "thread"
    return Lane(thread.number, kind, thread.name, thread.ident)


# The recording, and the number of the task that is at work in this context: set wherever recorded
# code runs, and in the functions that hand work over, since what calls them need not be recorded.
# Other recordings may have left theirs behind.
_owner: ContextVar[tuple[object, int] | None] = ContextVar("minitasks task", default=None)


class Tasks:
    """The tasks of a recording, numbered from 1 in order of appearance."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self._known: WeakKeyDictionary[Any, int] = WeakKeyDictionary()

    def here(self) -> int:
        """Give the number of the task that the current code runs for.

        In a worker thread that is the task that handed the work over. Code that no task runs has a
        number of its own in each thread.
        """
        task = running_task()
        owner = _owner.get()
        carried = owner[1] if owner is not None and owner[0] is self else None
        if task is None and carried is not None:
            return carried
        number = next(self._numbers) if task is None else self._number_of(task)
        if number != carried:
            _owner.set((self, number))
        return number

    def leave(self) -> None:
        """Let the current code run for no task that is known."""
        _owner.set(None)

    def _number_of(self, task: Any) -> int:
        number = self._known.get(task)
        if number is None:
            number = self._known[task] = next(self._numbers)
        return number


def running_task() -> Any:
    """Give the task that the event loop of this thread runs just now, or None."""
    loop = asyncio._get_running_loop()
    task = None if loop is None else asyncio.current_task(loop)
    if task is None:
        trio = trio_lowlevel()
        task = trio.current_task() if trio and trio.in_trio_task() else None
    return task


def runs_loop() -> bool:
    if asyncio._get_running_loop() is not None:
        return True
    trio = trio_lowlevel()
    return bool(trio and trio.in_trio_run())


def wait_for_threads(before: set[threading.Thread]) -> None:
    """Wait as Python does at the end of a main module: for all threads but daemons and pools'.

    Ctrl-C ends the wait, and is no failure of the program.
    """
    with suppress(KeyboardInterrupt):
        while others := [
            thread
            for thread in set(threading.enumerate()) - before - {threading.current_thread()}
            if not (thread.daemon or is_of_pool(thread))
        ]:
            others[0].join()


def trio_lowlevel() -> Any:
    """Give trio.lowlevel, or None. Who runs on trio has imported it; others need not have it.

    Another thread may be importing it just now: trio has this attribute when it is complete.
    """
    return getattr(sys.modules.get("trio"), "lowlevel", None)


RUN_SYNC = anyio.to_thread.run_sync.__code__
BACKENDS = os.path.join("anyio", "_backends", "")
TRIO = os.path.join("trio", "_sync.py")
TO_THREAD = asyncio.to_thread.__code__

# These hand work over without the context: an executor's (run_in_executor's too) and a thread's.
WITHOUT_CONTEXT = (_WorkItem.__init__.__code__, threading.Thread.start.__code__)
# And here an executor's worker begins with it.
WORK_BEGINS = _WorkItem.run.__code__
# By their ids: to compare code objects takes long, and other code is asked at each of its calls.
OFFLOADS = frozenset(map(id, (RUN_SYNC, TO_THREAD, *WITHOUT_CONTEXT, WORK_BEGINS)))


def offloads(code: CodeType) -> bool:
    """Tell whether code hands work over to another thread, or begins with it there."""
    return id(code) in OFFLOADS or takes_token(code)


def takes_token(code: CodeType) -> bool:
    """Tell whether code is where anyio takes a token of a limiter, or waits for one."""
    file = code.co_filename
    return code.co_name == "acquire_on_behalf_of" and (BACKENDS in file or file.endswith(TRIO))
