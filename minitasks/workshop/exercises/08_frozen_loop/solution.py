"""Exercise 8, solved: a task that leaves the event loop for each blocking call."""

from typing import Any

from minitasks import run_in_threadpool


async def print_invoice(printer: Any, pages: list[str]) -> list[str]:
    """Print each page, tell the customer, and return the printer's receipts."""
    receipts = []
    for page in pages:
        # A hop for each page, not one for all: between two pages the task can be cancelled.
        receipt = await run_in_threadpool(printer.print_page, page)
        receipts.append(receipt)
    # Async already: it stays on the event loop, where the connection that it uses lives.
    await printer.notify(f"{len(pages)} pages printed")
    return receipts
