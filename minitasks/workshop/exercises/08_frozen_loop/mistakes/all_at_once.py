# feedback: your task printed two pages at the same time: paper jam
"""The pages go to as many threads at once: faster, but the printer takes one at a time."""

from typing import Any

import anyio

from minitasks import run_in_threadpool


async def print_invoice(printer: Any, pages: list[str]) -> list[str]:
    receipts: list[str] = []

    async def print_one(page: str) -> None:
        receipts.append(await run_in_threadpool(printer.print_page, page))

    async with anyio.create_task_group() as group:
        for page in pages:
            group.start_soon(print_one, page)
    await printer.notify(f"{len(pages)} pages printed")
    return receipts
