"""Marks: words that a scenario leaves in the recording, such as "response complete at the client".

A scenario only says them. Whoever watches, the recorder or a test, hears each at once, on the
thread that said it; without a watcher a mark goes unheard.
"""

import os
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import CoroutineType
from typing import Any

# Which request, from 1, the current code runs for; 0: none. A worker thread gets a copy of it.
request_number: ContextVar[int] = ContextVar("minitasks request", default=0)

_watchers: list[Callable[[str], None]] = []


def mark(text: str) -> None:
    """Leave `text` in the recording, here and now; control characters in it are shown escaped."""
    text = "".join(each if each.isprintable() else repr(each)[1:-1] for each in text)
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
        warnings.showwarning = lambda text, category, *rest: mark(f"{category.__name__}: {text}")
        yield


@contextmanager
def warnings_marked() -> Iterator[None]:
    """Leave a mark for each of Python's warnings while the block runs; they are printed as ever.

    And one for each coroutine that nobody awaited, of which Python warns once for a place.
    """
    modules: Any = warnings
    print_it, warn_of = modules.showwarning, modules._warn_unawaited_coroutine

    def show(message: object, category: type[Warning], *rest: Any, **more: Any) -> None:
        # The full stop: so no warning reads as a step of a request, whose marks end with a word.
        if not str(message).endswith("was never awaited"):
            mark(f"{category.__name__}: {message}.")
        print_it(message, category, *rest, **more)

    def tell_of(coroutine: "CoroutineType[Any, Any, Any]") -> None:
        made = coroutine.cr_origin or ()
        place = f" (made in {os.path.realpath(made[0][0])}:{made[0][1]})" if made else ""
        text = f"coroutine '{coroutine.__qualname__}' was never awaited"
        mark(f"RuntimeWarning: {text}{place}.")
        if len(made) > 1:  # the program asked for more than one place, and to be told of it
            warn_of(coroutine)
        else:
            warnings.warn(text, RuntimeWarning, stacklevel=2, source=coroutine)

    depth = sys.get_coroutine_origin_tracking_depth()
    modules.showwarning, modules._warn_unawaited_coroutine = show, tell_of
    try:
        yield
    finally:
        sys.set_coroutine_origin_tracking_depth(depth)
        modules._warn_unawaited_coroutine = warn_of
        if modules.showwarning is show:
            modules.showwarning = print_it
