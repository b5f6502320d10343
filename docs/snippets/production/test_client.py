"""What TestClient does with background tasks."""

import time

from fastapi import BackgroundTasks, FastAPI
from fastapi.testclient import TestClient

app = FastAPI()
done: list[str] = []


def slow() -> None:
    time.sleep(0.3)
    done.append("slow")


def fails() -> None:
    raise ConnectionError("the mail server is away")


@app.get("/slow")
def order_slow(tasks: BackgroundTasks) -> None:
    tasks.add_task(slow)


@app.get("/fails")
def order_fails(tasks: BackgroundTasks) -> None:
    tasks.add_task(fails)


def main() -> None:
    client = TestClient(app)
    client.get("/slow")
    print(f"when get() returns, done: {done}")
    try:
        client.get("/fails")
    except ConnectionError as error:
        print(f"get() raised ConnectionError: {error}")
    lenient = TestClient(app, raise_server_exceptions=False)
    print(f"with raise_server_exceptions=False: {lenient.get('/fails').status_code}")


if __name__ == "__main__":
    main()
