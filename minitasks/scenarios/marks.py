"""Marks: words that a scenario leaves in the recording, such as "response complete at the client".

A scenario only says them. Whoever watches, the recorder or a test, hears each at once, on the
thread that said it; without a watcher a mark goes unheard.
"""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

# Which request, from 1, the current code runs for; 0: none. A worker thread gets a copy of it.
request_number: ContextVar[int] = ContextVar("minitasks request", default=0)

_watchers: list[Callable[[str], None]] = []


def mark(text: str) -> None:
    """Leave `text` in the recording, here and now."""
    for watcher in _watchers:
        watcher(text)


@contextmanager
def watching(watcher: Callable[[str], None]) -> Iterator[None]:
    """Call `watcher` with each mark's text, on the thread that leaves it, while the block runs."""
    _watchers.append(watcher)
    try:
        yield
    finally:
        _watchers.remove(watcher)


@contextmanager
def warnings_as_marks() -> Iterator[None]:
    """Leave a mark for each of Python's warnings while the block runs, instead of printing it."""
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning = _mark_warning
        yield


def _mark_warning(message: object, category: type[Warning], *rest: Any, **more: Any) -> None:
    mark(f"{category.__name__}: {message}")
