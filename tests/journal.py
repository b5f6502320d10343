"""Journal: what tasks did, in order, and on which thread they did it.

Every law is stated over its entries: pairs of an event and a place.
"""

import functools
import threading
from collections.abc import Callable
from typing import Any

import anyio.lowlevel

LOOP = "event loop"
WORKER = "worker thread"

Entry = tuple[Any, str]


class Journal:
    """Entries written by tasks. Made on the thread that will run the event loop."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self._loop_thread = threading.get_ident()

    def write(self, event: Any) -> None:
        place = LOOP if threading.get_ident() == self._loop_thread else WORKER
        self.entries.append((event, place))

    def sync_step(self, name: Any) -> str:
        self.write(("begin", name))
        self.write(("end", name))
        return "a result that nobody asked for"

    async def async_step(self, name: Any) -> str:
        """Do an async task's work: begin, give the loop a turn, end."""
        self.write(("begin", name))
        await anyio.lowlevel.checkpoint()
        self.write(("end", name))
        return "a result that nobody asked for"

    def step(self, name: Any, is_async: bool) -> Callable[[], Any]:
        return functools.partial(self.async_step if is_async else self.sync_step, name)


def step_entries(name: Any, is_async: bool) -> list[Entry]:
    """Tell which entries one step leaves when it runs undisturbed, where it should."""
    place = LOOP if is_async else WORKER
    return [(("begin", name), place), (("end", name), place)]
