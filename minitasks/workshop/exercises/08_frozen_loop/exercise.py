"""Exercise 8: repair a task that blocks the event loop."""

from typing import Any


async def print_invoice(printer: Any, pages: list[str]) -> list[str]:
    """Print each page, tell the customer, and return the printer's receipts.

    Args:
        printer: `printer.print_page(page)` is an ordinary function of a driver: it blocks until the
            page is out, and returns a receipt. `await printer.notify(text)` is async.
        pages: What to print.
    """
    receipts = []
    for page in pages:
        receipts.append(printer.print_page(page))
    await printer.notify(f"{len(pages)} pages printed")
    return receipts
