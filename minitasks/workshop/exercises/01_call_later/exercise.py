"""Exercise 1: a call that is made later."""

from typing import Any


class BackgroundTask:
    """An async function and its arguments, kept until the task is awaited.

    Example:
        task = BackgroundTask(send_mail, "ada@example.org", subject="hello")
        await task()  # only now: await send_mail("ada@example.org", subject="hello")
    """

    def __init__(self, func: Any, *args: Any, **kwargs: Any) -> None:
        # Keep the function and its arguments, as self.func, self.args and self.kwargs.
        pass

    async def __call__(self) -> None:
        # Call the function with its arguments and wait until it is done.
        pass
