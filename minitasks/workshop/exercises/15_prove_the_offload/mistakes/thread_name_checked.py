# feedback: your property fails for
"""The name of the thread is nobody's promise."""

import threading
from typing import Any

import anyio
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

QUICK = settings(
    max_examples=20, deadline=None, database=None, derandomize=True, phases=[Phase.generate]
)


@QUICK
@given(value=st.integers(1, 9))
def prove_the_offload(library: Any, value: int) -> None:
    names: list[str] = []

    def func() -> None:
        names.append(threading.current_thread().name)

    anyio.run(library.run_in_threadpool, func)
    assert names == ["AnyIO worker thread 1"]
