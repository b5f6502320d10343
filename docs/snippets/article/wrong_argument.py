"""`send` has no argument `too`. Does a type checker see it?"""

from starlette.background import BackgroundTask


def send(to: str) -> None:
    """Send a message."""


BackgroundTask(send, too="ada")
