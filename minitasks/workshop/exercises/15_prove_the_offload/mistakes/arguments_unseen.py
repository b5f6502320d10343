# feedback: one that loses keyword arguments; one that takes away a keyword argument called limiter
"""Arguments are passed, but nobody looks whether they arrive."""

import threading
from typing import Any

import anyio
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

QUICK = settings(
    max_examples=20, deadline=None, database=None, derandomize=True, phases=[Phase.generate]
)


@QUICK
@given(args=st.lists(st.integers()), value=st.integers())
def prove_the_offload(library: Any, args: list[int], value: int) -> None:
    threads: list[int] = []

    def func(*args: int) -> int:
        threads.append(threading.get_ident())
        return value

    async def main() -> None:
        result = await library.run_in_threadpool(func, *args)
        assert result == value
        assert len(threads) == 1
        assert threads != [threading.get_ident()]

    anyio.run(main)
