"""Record a program of one's own, and print which function ran on which thread."""

import anyio

from minitasks import BackgroundTasks
from minitasks.timeline.record import record


def resize(picture: str) -> None:
    pass


async def notify(user: str) -> None:
    await anyio.sleep(0.01)


async def main() -> None:
    tasks = BackgroundTasks()
    tasks.add_task(resize, "cat.png")
    tasks.add_task(notify, "ada")
    with record() as recording:
        await tasks()

    for event in recording.timeline.events:
        if event.kind in ("call", "return"):
            lane = recording.timeline.lanes[event.lane]
            print(f"{lane.name}: {event.kind} {event.function}")


if __name__ == "__main__":
    anyio.run(main)
