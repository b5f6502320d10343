"""Three ways to write one task. Which lets the event loop answer another client?"""

import time
from collections.abc import Callable
from typing import Any

import anyio

from minitasks import BackgroundTask, run_in_threadpool

happened: list[str] = []


async def blocks_the_loop() -> None:
    time.sleep(0.1)
    happened.append("report written")


def runs_in_a_thread() -> None:
    time.sleep(0.1)
    happened.append("report written")


async def leaves_for_a_thread() -> None:
    await run_in_threadpool(time.sleep, 0.1)
    happened.append("report written")


async def answer_client() -> None:
    happened.append("client answered")


async def run_both(write_report: Callable[[], Any]) -> None:
    happened.clear()
    task = BackgroundTask(write_report)
    async with anyio.create_task_group() as group:
        group.start_soon(task)
        group.start_soon(answer_client)
    print(f"{write_report.__name__}: {', then '.join(happened)}")


async def main() -> None:
    await run_both(blocks_the_loop)
    await run_both(runs_in_a_thread)
    await run_both(leaves_for_a_thread)


if __name__ == "__main__":
    anyio.run(main)
