# feedback: your function ran in a thread, but the event loop stood still and waited for it
"""A thread of its own, and join(), which blocks the event loop as the function would."""

import threading
from typing import Any


async def run_in_threadpool(func: Any, *args: Any, **kwargs: Any) -> Any:
    results: list[Any] = []
    thread = threading.Thread(target=lambda: results.append(func(*args, **kwargs)))
    thread.start()
    thread.join()
    return results[0]
