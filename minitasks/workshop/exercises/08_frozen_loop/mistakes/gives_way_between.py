# feedback: the event loop stood still: every customer waited
"""Giving way between pages does not help while a page is being printed."""

from typing import Any

import anyio


async def print_invoice(printer: Any, pages: list[str]) -> list[str]:
    receipts = []
    for page in pages:
        await anyio.sleep(0)
        receipts.append(printer.print_page(page))
    await printer.notify(f"{len(pages)} pages printed")
    return receipts
