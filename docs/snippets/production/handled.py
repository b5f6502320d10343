"""What becomes of an exception that a task raises, by the handlers that there are."""

from fastapi import BackgroundTasks, FastAPI, HTTPException, Request
from fastapi.responses import PlainTextResponse
from serving import served, wait_until

app = FastAPI()


class OutOfStock(Exception): ...


@app.exception_handler(OutOfStock)
def on_out_of_stock(request: Request, error: Exception) -> PlainTextResponse:
    print("the handler for OutOfStock was called", flush=True)
    return PlainTextResponse("out of stock", 409)


@app.exception_handler(Exception)
def on_any(request: Request, error: Exception) -> PlainTextResponse:
    print(
        f"the handler for Exception was called with {type(error).__name__}: {error}",
        flush=True,
    )
    return PlainTextResponse("our fault", 500)


def fail(error: Exception) -> None:
    raise error


ERRORS = {
    "http": HTTPException(404),
    "own": OutOfStock(),
    "other": ConnectionError("the mail server is away"),
}


@app.get("/{name}")
def order(name: str, tasks: BackgroundTasks) -> None:
    tasks.add_task(fail, ERRORS[name])


def main() -> None:
    for name in ERRORS:
        with served("handled:app") as server:
            status = server.client.get(f"/{name}").status_code
            wait_until(lambda server=server: "handler" in "".join(server.said()))
            called = [line for line in server.said() if line.startswith("the handler")]
            print(f"/{name}: the client got {status}; {', '.join(called)}")


if __name__ == "__main__":
    main()
