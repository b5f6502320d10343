"""Context variables travel into a task, and only sometimes back."""

from contextvars import ContextVar

import anyio
from serving import serving
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from minitasks import BackgroundTask, BackgroundTasks

user: ContextVar[str] = ContextVar("user", default="nobody")
notes: ContextVar[list[str]] = ContextVar("notes")


def sync_task(name: str) -> None:
    print(f"  sync task sees {user.get()}, sets {name}")
    user.set(name)
    notes.get().append(name)


async def async_task(name: str) -> None:
    print(f"  async task sees {user.get()}, sets {name}")
    user.set(name)


async def after_each_other() -> None:
    user.set("ada")
    notes.set([])
    tasks = BackgroundTasks()
    tasks.add_task(sync_task, "grace")
    tasks.add_task(async_task, "edsger")
    tasks.add_task(sync_task, "barbara")
    await tasks()
    print(f"after them {user.get()} is set; the list holds {', '.join(notes.get())}")


def see() -> None:
    print(f"its task sees {user.get()}")


def sync_endpoint(request: Request) -> Response:
    user.set("ada")
    return PlainTextResponse("hello", background=BackgroundTask(see))


async def async_endpoint(request: Request) -> Response:
    user.set("ada")
    return PlainTextResponse("hello", background=BackgroundTask(see))


app = Starlette(routes=[Route("/sync", sync_endpoint), Route("/async", async_endpoint)])


def main() -> None:
    print("tasks, one after another:")
    anyio.run(after_each_other)
    for kind in ("sync", "async"):
        print(f"{kind} endpoint sets ada; ", end="")
        with serving(app) as client:
            client.get(f"/{kind}")


if __name__ == "__main__":
    main()
