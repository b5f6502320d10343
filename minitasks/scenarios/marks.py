"""Marks: words that a scenario leaves in the recording, such as "response complete at the client".

A scenario only says them. Whoever watches, the recorder or a test, hears each at once, on the
thread that said it; without a watcher a mark goes unheard.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

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
