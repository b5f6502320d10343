"""A task blocks the event loop: does the client that caused it have its answer meanwhile?"""

import tempfile
import time
from pathlib import Path

from fastapi import BackgroundTasks, FastAPI, Response
from serving import served, wait_until

app = FastAPI()
HAD_IT, WAITS = (
    "the client had its answer while the task blocked",
    "the client waited for the task",
)


async def block(seconds: float, had_it: str) -> None:
    """Block the loop until the client has its answer, or for so long."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and not Path(had_it).exists():
        time.sleep(0.01)
    print(HAD_IT if Path(had_it).exists() else WAITS, flush=True)


@app.get("/")
async def download(
    size: int, seconds: float, had_it: str, tasks: BackgroundTasks
) -> Response:
    tasks.add_task(block, seconds, had_it)
    return Response(bytes(size))


def main() -> None:
    with served("large_body:app") as server, tempfile.TemporaryDirectory() as folder:
        for name, size, seconds in (("2 kB", 2_000, 60), ("20 MB", 20_000_000, 1)):
            had_it = Path(folder, name)
            asked = {"size": size, "seconds": seconds, "had_it": str(had_it)}
            answer = server.client.get("/", params=asked)
            assert len(answer.content) == size
            had_it.touch()
            wait_until(lambda: {HAD_IT, WAITS} & set(server.log()))
            print(f"{name}: {({HAD_IT, WAITS} & set(server.log())).pop()}")
            server.forget()


if __name__ == "__main__":
    main()
