# feedback: your function called a def to find out; it must not run anything
"""The function is called to look at what it gives: its work begins here, unasked."""

import inspect
from typing import Any


def is_async_callable(obj: Any) -> bool:
    return inspect.isawaitable(obj())
