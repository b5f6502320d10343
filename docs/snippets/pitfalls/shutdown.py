"""The server is told to stop while tasks run, and waits for them no longer than it was told to."""

import threading
from collections.abc import Callable
from typing import Any

import anyio
from serving import serving
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from minitasks import BackgroundTasks

happened: list[str] = []
stopped = threading.Event()
copied = threading.Event()


async def call_service() -> None:
    try:
        await anyio.sleep(30)
        happened.append("service called")
    except BaseException:
        happened.append("stopped in the middle")
        raise


def copy_file() -> None:
    stopped.wait(5)
    happened.append("went on to its end")
    copied.set()


def send_email() -> None:
    happened.append("email sent")


def leave(func: Callable[[], Any]) -> Starlette:
    async def order(request: Request) -> Response:
        tasks = BackgroundTasks()
        tasks.add_task(func)
        tasks.add_task(send_email)
        return PlainTextResponse("ordered", background=tasks)

    return Starlette(routes=[Route("/", order)])


def main() -> None:
    for func in (call_service, copy_file):
        happened.clear()
        stopped.clear()
        with serving(leave(func), timeout_graceful_shutdown=1) as client:
            client.get("/")
        happened.append("server stopped")
        stopped.set()
        if func is copy_file:
            copied.wait(5)
        print(f"{func.__name__}: {', '.join(happened)}")


if __name__ == "__main__":
    main()
