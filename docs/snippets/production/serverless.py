"""An adapter for AWS Lambda: when is the answer handed to the platform?"""

import asyncio
import time

from fastapi import BackgroundTasks, FastAPI
from mangum import Mangum

app = FastAPI()
happened: list[str] = []

# An event as Lambda gets it for a function's URL.
EVENT = {
    "version": "2.0",
    "rawQueryString": "",
    "headers": {"host": "example.org"},
    "requestContext": {
        "http": {
            "method": "GET",
            "path": "/",
            "sourceIp": "127.0.0.1",
            "protocol": "HTTP/1.1",
        },
    },
    "isBase64Encoded": False,
}


def notify() -> None:
    time.sleep(0.1)
    happened.append("task done")


@app.get("/")
async def order(tasks: BackgroundTasks) -> None:
    tasks.add_task(notify)


def main() -> None:
    # As on Lambda, where one is there. Mangum itself makes none on newer Pythons.
    asyncio.set_event_loop(asyncio.new_event_loop())
    answer = Mangum(app, lifespan="off")(EVENT, None)  # type: ignore[arg-type]
    happened.append(f"handed over: {answer['statusCode']}")
    print(", ".join(happened))


if __name__ == "__main__":
    main()
