# feedback: is_async_callable(an async def) should be True, but yours gave False
"""iscoroutine asks for the result of a call; the function itself is a coroutine function."""

import inspect
from typing import Any


def is_async_callable(obj: Any) -> bool:
    return inspect.iscoroutine(obj)
