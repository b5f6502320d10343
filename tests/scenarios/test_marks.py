"""Marks: heard by whoever watches, at once, on the thread that leaves them."""

import gc
import threading
import warnings

from minitasks.scenarios.marks import mark, warnings_as_marks, watching


def test_every_watcher_hears_a_mark_on_the_thread_that_left_it() -> None:
    """Two watch; a thread leaves a mark; both have heard it there; without one it goes unheard."""
    heard = []

    def hear(text: str) -> None:
        heard.append((threading.current_thread().name, text))

    mark("before")
    with watching(hear), watching(hear):
        thread = threading.Thread(target=mark, args=("here",), name="another")
        thread.start()
        thread.join()
    mark("after")
    assert heard == [("another", "here"), ("another", "here")]


def test_a_warning_becomes_a_mark() -> None:
    """A coroutine that is thrown away tells so in the recording, not on the terminal."""
    heard: list[str] = []

    async def send() -> None:
        pass

    with watching(heard.append), warnings_as_marks():
        thrown_away = send()
        del thrown_away
        gc.collect()
        for _ in range(2):
            warnings.warn("twice", UserWarning, stacklevel=1)
    assert heard == [
        f"RuntimeWarning: coroutine '{send.__qualname__}' was never awaited",
        "UserWarning: twice",
        "UserWarning: twice",
    ]
