"""When a dependency with yield is closed, and an upload, beside the tasks that use them."""

from typing import Annotated

import httpx2
from fastapi import BackgroundTasks, Depends, FastAPI, UploadFile
from serving import idle, served

app = FastAPI()


def say(text: str) -> None:
    print(text, flush=True)


def session():
    say("session opened")
    yield "session"
    say("session closed")


def read(upload: UploadFile) -> None:
    say(f"task read {upload.file.read()!r}")


@app.get("/request")
def request(tasks: BackgroundTasks, used: Annotated[str, Depends(session)]) -> None:
    tasks.add_task(say, "task")


@app.get("/function")
def function(
    tasks: BackgroundTasks, used: Annotated[str, Depends(session, scope="function")]
) -> None:
    tasks.add_task(say, "task")


@app.post("/upload")
def upload(tasks: BackgroundTasks, file: UploadFile) -> None:
    tasks.add_task(read, file)


idle_app = idle(app)


def main() -> None:
    with served("sessions:idle_app") as server:
        for method, path in (
            ("GET", "/request"),
            ("GET", "/function"),
            ("POST", "/upload"),
        ):
            before = len(server.said())
            files = {"file": b"a picture"} if method == "POST" else None
            server.client.request(method, path, files=files)
            httpx2.get(f"{server.client.base_url}/idle", trust_env=False)
            print(f"{path}: {', '.join(server.said()[before:])}")


if __name__ == "__main__":
    main()
