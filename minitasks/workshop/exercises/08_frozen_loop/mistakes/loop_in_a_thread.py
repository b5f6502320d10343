# feedback: your task ran notify in another thread
"""All of it moves to a thread, with an event loop of its own for notify."""

from typing import Any

import anyio

from minitasks import run_in_threadpool


async def print_invoice(printer: Any, pages: list[str]) -> list[str]:
    def print_all() -> list[str]:
        receipts = [printer.print_page(page) for page in pages]
        anyio.run(printer.notify, f"{len(pages)} pages printed")
        return receipts

    return await run_in_threadpool(print_all)
