"""Four callers time out, five times over, with four tokens: do more than four threads work?"""

import asyncio
import contextlib
import threading

import anyio
import anyio.to_thread

from minitasks import run_in_threadpool

TOKENS, TIMES = 4, 5
at_work = most = 0
lock = threading.Lock()
go_on = threading.Event()


def work() -> None:
    global at_work, most
    with lock:
        at_work += 1
        most = max(most, at_work)
    go_on.wait(10)
    with lock:
        at_work -= 1


async def asyncio_timeout() -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(0.15):
            await run_in_threadpool(work)


async def asyncio_wait_for() -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(run_in_threadpool(work), 0.15)


async def task_cancel() -> None:
    task = asyncio.create_task(run_in_threadpool(work))
    await asyncio.sleep(0.15)
    task.cancel()
    await asyncio.wait([task])


async def anyio_move_on_after() -> None:
    with anyio.move_on_after(0.15):
        await run_in_threadpool(work)


async def main() -> None:
    global most
    anyio.to_thread.current_default_thread_limiter().total_tokens = TOKENS
    for caller in (asyncio_timeout, asyncio_wait_for, task_cancel, anyio_move_on_after):
        most = 0
        go_on.clear()
        # A cancel scope waits for its thread: let that one end some time.
        timer = asyncio.get_running_loop().call_later(2, go_on.set)
        for _ in range(TIMES):
            await asyncio.gather(*(caller() for _ in range(TOKENS)))
        bound = "no more" if most <= TOKENS else "more"
        print(f"{caller.__name__}: {bound} threads at work than the {TOKENS} tokens")
        timer.cancel()
        go_on.set()
        while at_work:
            await asyncio.sleep(0.01)


if __name__ == "__main__":
    asyncio.run(main())
