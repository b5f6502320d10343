"""Grader of exercise 8: a printer that blocks until the event loop shows that it is free."""

import inspect
import threading
from contextlib import suppress
from contextvars import ContextVar
from types import ModuleType

import anyio
import anyio.from_thread
import anyio.lowlevel
import anyio.to_thread
import pytest

pytestmark = pytest.mark.anyio

# A safety net, never waited for by a right solution: seconds until a stuck wait is given up.
PATIENCE = 1.0

customer: ContextVar[str] = ContextVar("customer")


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


async def test_the_notice_counts_the_pages(exercise: ModuleType) -> None:
    """The notice tells how many pages there were: also one that came twice, also none."""
    for pages in (["page 1", "page 1"], []):
        printer = Printer()
        given = list(pages)
        await exercise.print_invoice(printer, given)

        wanted = f"{len(pages)} pages printed"
        assert printer.events[-1:] == [wanted], (
            f"for {pages} the notice should be {wanted!r}, but yours was {printer.events[-1:]}"
        )
        assert given == pages, f"your task changed the caller's list of pages to {given}"


@pytest.mark.parametrize("stop", [SystemExit, KeyboardInterrupt])
async def test_a_stop_is_heard(exercise: ModuleType, stop: type[BaseException]) -> None:
    """What no `except Exception` catches goes through as well."""
    problem = stop()

    class Stopping(Printer):
        def print_page(self, page: str) -> str:
            raise problem

    printer = Stopping()
    caught: BaseException | None = None
    try:
        await exercise.print_invoice(printer, ["page 1"])
    except BaseException as raised:
        caught = raised

    assert caught is problem, f"a page raised {problem!r}, but your task raised {caught!r}"
    assert not printer.events, f"a page raised {problem!r}, and your task went on"


async def test_the_notice_fails_or_is_cancelled(exercise: ModuleType) -> None:
    """What notify raises reaches the caller, a cancellation too; it is called once."""
    problem = ConnectionError("mail server is down")
    called: list[str] = []

    class Failing(Printer):
        async def notify(self, text: str) -> None:
            called.append(text)
            raise problem

    class Cancelling(Printer):
        async def notify(self, text: str) -> None:
            scope.cancel()
            await anyio.lowlevel.checkpoint()

    caught: BaseException | None = None
    try:
        await exercise.print_invoice(Failing(), ["page 1"])
    except Exception as raised:
        caught = raised
    with anyio.CancelScope() as scope:
        await exercise.print_invoice(Cancelling(), ["page 1"])

    assert caught is problem, f"notify raised {problem!r}, but your task raised {caught!r}"
    assert len(called) == 1, f"notify failed, and your task called it {len(called)} times"
    assert scope.cancelled_caught, "cancelled in notify, your task kept that to itself"


async def test_all_else_is_as_before(exercise: ModuleType) -> None:
    """A page's thread has the caller's context and a default token; nothing has a time limit."""
    limiter = anyio.to_thread.current_default_thread_limiter()
    seen: list[tuple[str, float]] = []
    deadlines: list[float] = []

    class Looking(Printer):
        def print_page(self, page: str) -> str:
            seen.append((customer.get("nobody"), limiter.borrowed_tokens))
            with suppress(RuntimeError):  # it is no thread of anyio's
                deadlines.append(anyio.from_thread.run_sync(anyio.current_effective_deadline))
            return page

        async def notify(self, text: str) -> None:
            deadlines.append(anyio.current_effective_deadline())

    customer.set("ada")
    await exercise.print_invoice(Looking(), ["page 1"])
    name, tokens = seen[0]

    assert name == "ada", f"the caller's context variable is 'ada', print_page saw {name!r}"
    assert tokens == 1, (
        "your thread took no token of the default limiter: use run_in_threadpool as it is"
    )
    assert set(deadlines) <= {float("inf")}, "your task set a time limit that nobody asked for"
