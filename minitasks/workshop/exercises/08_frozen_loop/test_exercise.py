"""Grader of exercise 8: a printer that blocks until the event loop shows that it is free."""

import inspect
import threading
from types import ModuleType

import anyio
import anyio.lowlevel
import anyio.to_thread
import pytest

pytestmark = pytest.mark.anyio

# A safety net, never waited for by a right solution: seconds until a stuck wait is given up.
PATIENCE = 1.0


class Printer:
    """A printer whose driver blocks the thread that calls it, and takes one page at a time."""

    def __init__(self) -> None:
        self.loop_thread = threading.get_ident()
        self.events: list[str] = []
        self.asked: list[str] = []
        self.jam = OSError("paper jam")
        self.notified_on: list[int] = []
        self.busy = threading.Lock()
        self.mixed_up = False
        self.page_begun = threading.Event()
        self.go_on = threading.Event()
        self.go_on.set()
        self.loop_was_free = True

    def print_page(self, page: str) -> str:
        self.asked.append(page)
        if not self.busy.acquire(blocking=False):
            self.mixed_up = True
            return "paper jam"
        with_loop = threading.get_ident() == self.loop_thread
        self.page_begun.set()
        # On the event loop's own thread nobody could ever give the signal: don't wait for it.
        self.loop_was_free &= not with_loop and self.go_on.wait(PATIENCE)
        self.busy.release()
        if page == "jam":
            raise self.jam
        self.events.append(page)
        return f"receipt for {page}" if page else ""

    async def notify(self, text: str) -> None:
        self.notified_on.append(threading.get_ident())
        await anyio.lowlevel.checkpoint()
        self.events.append(text)


async def until(event: threading.Event) -> None:
    """Leave the event loop running until a thread sets the event."""
    with anyio.move_on_after(PATIENCE):
        while not event.is_set():
            await anyio.lowlevel.checkpoint()


async def test_the_loop_stays_free(exercise: ModuleType) -> None:
    """While a page is printed, the event loop goes on with other work."""
    printer = Printer()
    printer.go_on.clear()
    assert inspect.iscoroutinefunction(exercise.print_invoice), (
        "your print_invoice is no longer async: who would await notify?"
    )

    async with anyio.create_task_group() as group:
        group.start_soon(exercise.print_invoice, printer, ["page 1"])
        await until(printer.page_begun)
        printer.go_on.set()

    assert printer.page_begun.is_set(), "your task printed no page"
    assert printer.loop_was_free, (
        "while your task printed a page, the event loop stood still: every customer waited"
    )


async def test_pages_then_notice(exercise: ModuleType) -> None:
    """The pages are printed in order, one at a time, and only then the customer is told."""
    printer = Printer()
    printer.go_on.clear()
    limiter = anyio.to_thread.current_default_thread_limiter()
    seen: list[str] = []

    async def print_all() -> None:
        await exercise.print_invoice(printer, ["page 1", "page 2", "page 3"])
        seen.extend(printer.events)

    async with anyio.create_task_group() as group:
        group.start_soon(print_all)
        await until(printer.page_begun)
        # Page 1 is in the printer. Whatever else the task would start, it starts now.
        for _ in range(5):
            await anyio.lowlevel.checkpoint()
        threads = limiter.borrowed_tokens
        printer.go_on.set()

    assert threads <= 1, "your task printed two pages at the same time: paper jam"
    assert not printer.mixed_up, "your task printed two pages at the same time: paper jam"
    assert seen == ["page 1", "page 2", "page 3", "3 pages printed"], (
        f"your task did: {', '.join(seen) or 'nothing'}"
    )


async def test_receipts(exercise: ModuleType) -> None:
    """The receipts are returned, in the order of the pages."""
    # One page is empty, and so is its receipt; one comes twice.
    receipts = await exercise.print_invoice(Printer(), ["page 1", "", "page 2", "page 1"])

    wanted = ["receipt for page 1", "", "receipt for page 2", "receipt for page 1"]
    assert receipts == wanted, f"they should be {wanted!r}, but yours were {receipts!r}"


async def test_notify_on_the_loop(exercise: ModuleType) -> None:
    """The async notify runs on the event loop's thread, as before."""
    printer = Printer()

    await exercise.print_invoice(printer, ["page 1"])

    assert printer.notified_on == [threading.get_ident()], (
        "your task ran notify in another thread: its connection belongs to the event loop"
    )


async def test_a_failure_is_heard(exercise: ModuleType) -> None:
    """When a page fails, the error reaches the caller, and neither page nor notice follows."""
    printer = Printer()

    caught: BaseException | None = None
    try:
        await exercise.print_invoice(printer, ["page 1", "jam", "page 3"])
    except OSError as raised:
        caught = raised

    assert caught is printer.jam, (
        f"a page raised {printer.jam!r}, but your task raised {caught!r}"
        f"{', another one' if repr(caught) == repr(printer.jam) else ''}"
    )
    assert printer.asked == ["page 1", "jam"], (
        f"the second page failed, and your task printed {', '.join(printer.asked)}"
    )

    assert printer.events == ["page 1"], f"after the jam your task did: {printer.events[1:]}"


async def test_a_cancel_stops_between_pages(exercise: ModuleType) -> None:
    """A cancelled task prints the page that it is at, and no other."""
    printer = Printer()
    printer.go_on.clear()

    printed: list[str] = []

    scope = anyio.CancelScope()

    async def print_all() -> None:
        with scope:
            try:
                await exercise.print_invoice(printer, ["page 1", "page 2", "page 3"])
            finally:
                printed.extend(printer.events)

    async with anyio.create_task_group() as group:
        group.start_soon(print_all)
        await until(printer.page_begun)
        scope.cancel()
        # The cancelled task gets its chance to leave too soon, with page 1 still in the printer.
        for _ in range(5):
            await anyio.lowlevel.cancel_shielded_checkpoint()
        printer.go_on.set()

    assert printed, "your cancelled task left while page 1 was still in the printer"
    assert printed == ["page 1"], (
        f"cancelled at page 1, your task went on with {', '.join(printed[1:])}"
    )
    assert scope.cancelled_caught, (
        "your task was cancelled, and returned as if all were well: it swallowed the cancellation"
    )
