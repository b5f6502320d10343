# feedback: your print_invoice is no longer async: who would await notify?
"""As a sync function it runs in a thread, and the coroutine of notify is lost."""

from typing import Any


def print_invoice(printer: Any, pages: list[str]) -> list[str]:
    receipts = [printer.print_page(page) for page in pages]
    printer.notify(f"{len(pages)} pages printed")
    return receipts
