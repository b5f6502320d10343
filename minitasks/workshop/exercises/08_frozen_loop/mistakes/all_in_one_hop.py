# feedback: cancelled at page 1, your task went on with page 2
"""One hop for all pages: a cancel has to wait for the last of them."""

from typing import Any

from minitasks import run_in_threadpool


async def print_invoice(printer: Any, pages: list[str]) -> list[str]:
    def print_all() -> list[str]:
        return [printer.print_page(page) for page in pages]

    receipts = await run_in_threadpool(print_all)
    await printer.notify(f"{len(pages)} pages printed")
    return receipts
