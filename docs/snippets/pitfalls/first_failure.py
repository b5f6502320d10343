"""The second of three tasks raises, after the client has its answer."""

from serving import serving
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from minitasks import BackgroundTasks

ran: list[str] = []


def charge_card() -> None:
    ran.append("charge_card")


def send_email() -> None:
    raise ConnectionError("the mail server is away")


def write_log() -> None:
    ran.append("write_log")


def send_email_or_note_it() -> None:
    try:
        send_email()
    except ConnectionError as error:
        ran.append(f"noted: {error}")


async def buy(request: Request) -> Response:
    tasks = BackgroundTasks()
    tasks.add_task(charge_card)
    tasks.add_task(send_email)
    tasks.add_task(write_log)
    return Response("thank you", background=tasks)


async def buy_with_care(request: Request) -> Response:
    tasks = BackgroundTasks()
    tasks.add_task(charge_card)
    tasks.add_task(send_email_or_note_it)
    tasks.add_task(write_log)
    return Response("thank you", background=tasks)


app = Starlette(
    routes=[
        Route("/buy", buy, methods=["POST"]),
        Route("/buy-with-care", buy_with_care, methods=["POST"]),
    ]
)


def main() -> None:
    for path in ("/buy", "/buy-with-care"):
        ran.clear()
        # To leave the block is to wait until the tasks are done.
        with serving(app) as client:
            response = client.post(path)
        print(
            f"{path}: the client got {response.status_code}, the tasks: {', '.join(ran)}"
        )


if __name__ == "__main__":
    main()
