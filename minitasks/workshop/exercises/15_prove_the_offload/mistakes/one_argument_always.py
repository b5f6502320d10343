# feedback: one that leaves the event loop only for functions that have arguments
"""Always one argument: what happens with none, or many, is not looked at."""

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
    threads: list[int] = []

    def func(argument: int) -> int:
        threads.append(threading.get_ident())
        return argument

    async def main() -> None:
        result = await library.run_in_threadpool(func, value)
        assert result == value
        assert threads != [threading.get_ident()]

    anyio.run(main)
