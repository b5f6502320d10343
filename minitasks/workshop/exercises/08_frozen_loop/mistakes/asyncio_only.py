# feedback: your cancelled task left while page 1 was still in the printer
"""asyncio.to_thread abandons its thread when it is cancelled; and under trio it fails."""

import asyncio
from typing import Any


async def print_invoice(printer: Any, pages: list[str]) -> list[str]:
    receipts = []
    for page in pages:
        receipts.append(await asyncio.to_thread(printer.print_page, page))
    await printer.notify(f"{len(pages)} pages printed")
    return receipts
