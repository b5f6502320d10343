# feedback: your task did: 3 pages printed
"""Threads are started and not waited for: the notice comes before the pages."""

import threading
from typing import Any


async def print_invoice(printer: Any, pages: list[str]) -> list[str]:
    queue = threading.Semaphore(1)

    def print_one(page: str) -> None:
        with queue:
            threading.Event().wait(0.05)
            printer.print_page(page)

    for page in pages:
        threading.Thread(target=print_one, args=(page,)).start()
    await printer.notify(f"{len(pages)} pages printed")
    return [f"receipt for {page}" for page in pages]
