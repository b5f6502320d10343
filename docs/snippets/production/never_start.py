"""Tasks that never start: what each endpoint's task did, on FastAPI under uvicorn."""

import httpx2
from fastapi import BackgroundTasks, Depends, FastAPI, HTTPException, WebSocket
from fastapi.responses import PlainTextResponse
from serving import idle, served, wait_until
from starlette.background import BackgroundTask
from websockets.sync.client import connect

app = FastAPI()
one_for_all = BackgroundTasks()


def say(text: str) -> None:
    print(f"ran: {text}", flush=True)


@app.get("/order")
def order(tasks: BackgroundTasks) -> None:
    tasks.add_task(say, "the task")


@app.get("/raises")
def raises(tasks: BackgroundTasks) -> None:
    tasks.add_task(say, "the task")
    raise HTTPException(404)


@app.get("/two-lists")
def two_lists(tasks: BackgroundTasks) -> PlainTextResponse:
    tasks.add_task(say, "the injected task")
    return PlainTextResponse(
        "ordered", background=BackgroundTask(say, "the response's task")
    )


def add_late(tasks: BackgroundTasks):
    yield
    tasks.add_task(say, "the task")


@app.get("/late", dependencies=[Depends(add_late)])
def late() -> None: ...


@app.get("/in-time", dependencies=[Depends(add_late, scope="function")])
def in_time() -> None: ...


@app.get("/shared/{number}")
def shared(number: int) -> PlainTextResponse:
    one_for_all.add_task(say, str(number))
    return PlainTextResponse("ordered", background=one_for_all)


@app.websocket("/socket")
async def socket(websocket: WebSocket, tasks: BackgroundTasks) -> None:
    await websocket.accept()
    tasks.add_task(say, "the task")
    await websocket.close()


idle_app = idle(app)


def said(lines: list[str]) -> str:
    return (
        f"ran: {', '.join(line.removeprefix('ran: ') for line in lines) or 'nothing'}"
    )


def main() -> None:
    with served("never_start:idle_app") as server:
        paths = (
            "order",
            "raises",
            "two-lists",
            "late",
            "in-time",
            *(f"shared/{n}" for n in "123"),
        )
        for path in paths:
            before = len(server.said())
            status = server.client.get(f"/{path}").status_code
            httpx2.get(f"{server.client.base_url}/idle", trust_env=False)
            print(f"/{path}: {status}, {said(server.said()[before:])}")
        before = len(server.said())
        with connect(
            f"ws://127.0.0.1:{server.client.base_url.port}/socket"
        ) as websocket:
            wait_until(lambda: websocket.close_code or not list(websocket))
        httpx2.get(f"{server.client.base_url}/idle", trust_env=False)
        print(f"/socket: {said(server.said()[before:])}")


if __name__ == "__main__":
    main()
