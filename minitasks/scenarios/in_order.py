"""Tasks run one after another, in the order added.

Look for:
- Four tasks are added before the first one is called.
- Each is called only when the one before it has returned, however long that takes.
- The sync ones run in a worker thread, the async ones on the event loop.
"""

import time

import anyio

from minitasks.scenarios.library import Library


def charge_card(customer: str) -> None:
    time.sleep(0.06)


async def notify_warehouse(customer: str) -> None:
    await anyio.sleep(0.04)


def print_label(customer: str) -> None:
    time.sleep(0.02)


async def send_confirmation_email(customer: str) -> None:
    await anyio.sleep(0)


async def main(library: Library) -> None:
    tasks = library.BackgroundTasks()
    tasks.add_task(charge_card, "ada")
    tasks.add_task(notify_warehouse, "ada")
    tasks.add_task(print_label, "ada")
    tasks.add_task(send_confirmation_email, "ada")
    await tasks()
